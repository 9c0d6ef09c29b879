"""Long lists, page by page."""

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.utils.translation import gettext as _

from efus.errors import NotFound


def page_of(request, rows, per_page=20, parameter="page"):
    """The page of *rows* that the address asks for, in *parameter*.

    Raises ``NotFound``, in words, for a page that there is not.
    """
    paginator = Paginator(rows, per_page)
    asked = request.GET.get(parameter) or 1
    try:
        return paginator.page(asked)
    except PageNotAnInteger:
        raise NotFound(_("The page number in this address is not a number.")) from None
    except EmptyPage:
        raise NotFound(
            _("There is no page %(asked)s; the last one is page %(last)d.")
            % {"asked": str(asked)[:20], "last": paginator.num_pages}
        ) from None
