// Long texts are written with their headings, lists, links, emphasis and quotes to be seen. The
// textarea below stays what is sent: it holds the same as Markdown (see practices/rich_text.py).
const P = window.ProseMirror;

const markdownNodes = P.markdownSchema.spec.nodes;
const schema = new P.Schema({
  nodes: markdownNodes
    .remove("image")
    .remove("code_block")
    .remove("horizontal_rule")
    .update("list_item", { ...markdownNodes.get("list_item"), content: "paragraph block*" })
    .update("heading", {
      attrs: { level: { default: 1 } },
      content: "text*",
      group: "block",
      defining: true,
      parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({
        tag: `h${level}`,
        getAttrs: (element) => ({ level: Number(element.dataset.level) || (level > 3 ? 2 : 1) }),
      })),
      // Below the heading of the page, which readers of the text do not see.
      toDOM: ({ attrs }) => [`h${attrs.level + 1}`, { "data-level": attrs.level }, 0],
    }),
  marks: P.markdownSchema.spec.marks.remove("code"),
});

const isLink = (address) => {
  try {
    const url = new URL(address);
    return url.protocol === "mailto:" || (/^https?:$/.test(url.protocol) && url.hostname.includes("."));
  } catch {
    return false;
  }
};

const markdown = new P.MarkdownIt("zero", { breaks: true });
markdown.enable(["heading", "list", "blockquote", "emphasis", "link", "autolink", "newline", "escape"]);
markdown.validateLink = isLink;

const tight = () => ({ tight: true });
const parser = new P.MarkdownParser(schema, markdown, {
  blockquote: { block: "blockquote" },
  paragraph: { block: "paragraph" },
  list_item: { block: "list_item" },
  bullet_list: { block: "bullet_list", getAttrs: tight },
  ordered_list: {
    block: "ordered_list",
    getAttrs: (token) => ({ order: Number(token.attrGet("start") ?? 1), tight: true }),
  },
  heading: { block: "heading", getAttrs: (token) => ({ level: Math.min(Number(token.tag.slice(1)), 2) }) },
  hardbreak: { node: "hard_break" },
  softbreak: { node: "hard_break" },
  em: { mark: "em" },
  strong: { mark: "strong" },
  link: { mark: "link", getAttrs: (token) => ({ href: token.attrGet("href") }) },
});

// Text that would be a sign of Markdown stays the text that it is.
const escaped = (state, text, startsLine) => {
  const plain = state.esc(text, startsLine).replace(/<(?=[^<>\s]*[:@][^<>\s]*>)/g, "\\<");
  if (!startsLine) return plain;
  return plain.replace(/^(\s*)([-+>]|#{1,6}(?=\s|$))/, "$1\\$2").replace(/^(\s*\d+)([.)])(?=\s|$)/, "$1\\$2");
};

// Without an empty line, these would go on with the paragraph above.
const beginList = (state, node) => {
  const isEmpty = !node.firstChild.textContent && node.firstChild.childCount === 1;
  if (state.closed && (isEmpty || (node.attrs.order ?? 1) !== 1)) state.flushClose(2);
};

// Two lists that follow each other stay two by different signs.
const isSecondOfTwoLists = (node, parent, index) => {
  let before = 0;
  while (index > before && parent.child(index - before - 1).type === node.type) before += 1;
  return before % 2 === 1;
};

const common = P.defaultMarkdownSerializer;
const serializer = new P.MarkdownSerializer(
  {
    ...common.nodes,
    text(state, node, parent, index) {
      const afterLine = index > 0 && parent.child(index - 1).type === schema.nodes.hard_break;
      state.write(state.inAutolink ? node.text : escaped(state, node.text, state.atBlockStart || afterLine));
    },
    heading(state, node) {
      state.write(`${"#".repeat(node.attrs.level)} `);
      state.renderInline(node, false);
      state.out = state.out.replace(/(#+\s*)$/, (signs) => (node.textContent.trim() ? `\\${signs}` : signs));
      state.closeBlock(node);
    },
    bullet_list(state, node, parent, index) {
      beginList(state, node);
      const sign = isSecondOfTwoLists(node, parent, index) ? "* " : "- ";
      state.renderList(node, "  ", () => sign);
    },
    ordered_list(state, node, parent, index) {
      beginList(state, node);
      const sign = isSecondOfTwoLists(node, parent, index) ? ") " : ". ";
      const number = (item) => `${node.attrs.order + item}${sign}`;
      const { length } = number(node.childCount - 1);
      state.renderList(node, " ".repeat(length), (item) => number(item).padStart(length));
    },
    list_item(state, node) {
      // An empty paragraph before a list or quote would end the item.
      const skipped = node.childCount > 1 && !node.firstChild.childCount ? 1 : 0;
      node.forEach((child, _offset, index) => index < skipped || state.render(child, node, index));
    },
    hard_break(state, node, parent, index) {
      // At the end of a paragraph a line end says nothing.
      for (let i = index + 1; i < parent.childCount; i += 1) {
        if (parent.child(i).type !== node.type) return state.write("\n");
      }
    },
  },
  common.marks,
);
const written = (doc) => serializer.serialize(doc, { tightLists: true });

const { nodes, marks } = schema;

const isInside = (state, type, attrs) => {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type === type && (!attrs || node.attrs.level === attrs.level)) return true;
  }
  return false;
};
const hasMark = (state, type) => {
  const { from, $from, to, empty } = state.selection;
  return empty
    ? Boolean(type.isInSet(state.storedMarks || $from.marks()))
    : state.doc.rangeHasMark(from, to, type);
};

const heading = (level) => ({
  isOn: (state) => isInside(state, nodes.heading, { level }),
  run: (state, dispatch) =>
    (isInside(state, nodes.heading, { level })
      ? P.setBlockType(nodes.paragraph)
      : P.setBlockType(nodes.heading, { level }))(state, dispatch),
});
const list = (type) => ({
  isOn: (state) => isInside(state, type),
  run: (state, dispatch) =>
    (isInside(state, type) ? P.liftListItem(nodes.list_item) : P.wrapInList(type, { tight: true }))(
      state,
      dispatch,
    ),
});
const mark = (type) => ({ isOn: (state) => hasMark(state, type), run: P.toggleMark(type) });

const COMMANDS = {
  heading: heading(1),
  subheading: heading(2),
  strong: mark(marks.strong),
  em: mark(marks.em),
  bullets: list(nodes.bullet_list),
  numbers: list(nodes.ordered_list),
  quote: {
    isOn: (state) => isInside(state, nodes.blockquote),
    run: (state, dispatch) =>
      (isInside(state, nodes.blockquote) ? P.lift : P.wrapIn(nodes.blockquote))(state, dispatch),
  },
  undo: { run: P.undo },
  redo: { run: P.redo },
};

const lineEnd = (state, dispatch) => {
  if (state.selection.$from.parent.type === nodes.heading) return false;
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
};

const linkRange = (state) => {
  const { $from, from, to, empty } = state.selection;
  if (!empty) return { from, to };
  const start = $from.start();
  let found = null;
  $from.parent.forEach((node, offset) => {
    const end = start + offset + node.nodeSize;
    if (marks.link.isInSet(node.marks) && start + offset <= from && from <= end) {
      found = { from: start + offset, to: end };
    }
  });
  return found;
};

const enhance = (textarea, template) => {
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  label.id ||= `${textarea.id}_label`;
  const box = document.createElement("div");
  box.className = "rich-text";
  box.append(template.content.cloneNode(true));
  textarea.after(box);
  const [toolbar, linkRow] = box.children;
  const buttons = [...toolbar.children];
  const address = linkRow.querySelector("input");
  const complaint = linkRow.querySelector("[role=alert]");

  const plugins = [
    P.history(),
    P.inputRules({
      rules: [
        P.wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
        P.wrappingInputRule(/^\s*([-+*])\s$/, nodes.bullet_list, () => ({ tight: true })),
        P.wrappingInputRule(
          /^(\d+)\.\s$/,
          nodes.ordered_list,
          (match) => ({ order: Number(match[1]), tight: true }),
          (match, node) => node.childCount + node.attrs.order === Number(match[1]),
        ),
      ],
    }),
    P.keymap({
      "Mod-b": COMMANDS.strong.run,
      "Mod-i": COMMANDS.em.run,
      "Mod-k": () => openLink(),
      "Mod-z": P.undo,
      "Mod-y": P.redo,
      "Shift-Mod-z": P.redo,
      "Mod-]": P.sinkListItem(nodes.list_item),
      "Mod-[": P.liftListItem(nodes.list_item),
      "Shift-Enter": lineEnd,
      "Mod-Enter": lineEnd,
      Enter: P.splitListItem(nodes.list_item),
    }),
    P.keymap(P.baseKeymap),
  ];

  const attributes = {
    role: "textbox",
    "aria-multiline": "true",
    "aria-labelledby": label.id,
    lang: textarea.lang,
    spellcheck: "true",
  };
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (textarea.hasAttribute(name)) attributes[name] = textarea.getAttribute(name);
  }

  const view = new P.EditorView(box, {
    state: P.EditorState.create({ doc: parser.parse(textarea.value), plugins }),
    attributes,
    dispatchTransaction(transaction) {
      view.updateState(view.state.apply(transaction));
      if (transaction.docChanged) {
        textarea.value = written(view.state.doc);
        textarea.dispatchEvent(new Event("input", { bubbles: true }));
      }
      show();
    },
  });

  const show = () => {
    for (const button of buttons) {
      const command = COMMANDS[button.dataset.command];
      const isOn = command ? command.isOn?.(view.state) : hasMark(view.state, marks.link);
      if (button.hasAttribute("aria-pressed")) {
        button.setAttribute("aria-pressed", String(Boolean(isOn) && view.hasFocus()));
      }
    }
  };

  const openLink = () => {
    const range = linkRange(view.state);
    const node = range && view.state.doc.nodeAt(range.from);
    address.value = node ? marks.link.isInSet(node.marks)?.attrs.href || "" : "";
    complaint.hidden = true;
    linkRow.hidden = false;
    address.focus();
    return true;
  };
  const closeLink = () => {
    linkRow.hidden = true;
    view.focus();
  };
  const setLink = () => {
    const href = address.value.trim();
    complaint.hidden = isLink(href);
    if (!isLink(href)) return address.focus();
    const range = linkRange(view.state);
    const link = marks.link.create({ href });
    const change = view.state.tr;
    if (range) change.removeMark(range.from, range.to, marks.link).addMark(range.from, range.to, link);
    else change.replaceSelectionWith(schema.text(href, [link]), false);
    view.dispatch(change);
    closeLink();
  };
  const removeLink = () => {
    const range = linkRange(view.state);
    if (range) view.dispatch(view.state.tr.removeMark(range.from, range.to, marks.link));
    closeLink();
  };

  // One stop of the tabulator for the toolbar; the arrows go from button to button.
  buttons.forEach((button, index) => {
    button.tabIndex = index ? -1 : 0;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    button.addEventListener("click", () => {
      if (button.dataset.command === "link") return openLink();
      COMMANDS[button.dataset.command].run(view.state, view.dispatch);
      view.focus();
    });
  });
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const here = buttons.indexOf(document.activeElement);
    const next = { Home: 0, End: buttons.length - 1 }[event.key];
    if (step === undefined && next === undefined) return;
    const target = buttons[next ?? (here + step + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
    target.focus();
    event.preventDefault();
  });
  linkRow.addEventListener("click", (event) => {
    ({ set: setLink, remove: removeLink, cancel: closeLink })[event.target.dataset.link]?.();
  });
  linkRow.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === address) setLink();
    else if (event.key === "Escape") closeLink();
    else return;
    event.preventDefault();
  });
  address.addEventListener("input", (event) => event.stopPropagation()); // no part of the text

  // Whatever led to the textarea leads to what stands in its place.
  textarea.hidden = true;
  label.addEventListener("click", () => view.focus());
  for (const link of document.querySelectorAll(`a[href="#${textarea.id}"]`)) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      view.focus();
    });
  }
  view.dom.addEventListener("focus", show);
  view.dom.addEventListener("blur", show);
};

// Only now has the browser put back what it remembers of a page that one comes back to.
addEventListener(
  "pageshow",
  () => {
    const template = document.getElementById("rich-text-toolbar");
    for (const textarea of document.querySelectorAll("textarea[data-rich-text]")) {
      enhance(textarea, template);
    }
  },
  { once: true },
);
