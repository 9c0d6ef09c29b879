// The map as one moves it: zooms, gathers cities that are near each other anew for each step, and
// tells what was found in those that one chooses. Without this script the drawing stands still;
// the list of cities below says the same in words. What is drawn is told in practices/map/circles.py.
{
  const DISTANCE = 40; // pixels
  const [LARGEST, SMALLEST, EMPTY, OF_ONE_PRACTICE] = [34, 5, 4, 7]; // radii in pixels
  const [AROUND_NUMBER, OF_A_DIGIT] = [6, 3.2];
  const BEND = 0.16;
  const STEP = 1.6; // how much closer each step of zooming comes
  const CLOSEST = 0.25; // units of the map in a pixel: 125 metres
  const REACH = 14; // pixels: what a finger hits at least
  const MOST_NAMED = 150; // circles in view; of more, no names are written
  const CITIES_AT_ONCE = 20;

  const map = document.querySelector(".map");
  const drawing = map.querySelector("svg");
  const size = drawing.viewBox.baseVal.width;
  const [land, lines, circles] = ["land", "lines", "circles"].map((name) => drawing.querySelector(`.map-${name}`));
  const panel = document.querySelector(".map-panel");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const view = { scale: 1, x: 0, y: 0 };
  const steps = []; // for each step of zooming its circles and lines, made when first needed
  let cities = [];
  let journeys = [];
  let ofOnePractice = OF_ONE_PRACTICE;
  let shown; // the step that is drawn
  let chosen; // the city in the middle of the circle that the panel tells of
  let movement; // of the animation
  let width = map.clientWidth;

  const unit = () => size / width; // units of the drawing in a pixel
  const lastStep = () => Math.round(Math.log(unit() / CLOSEST) / Math.log(STEP));
  const element = (name, attributes = {}) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

  // Circles and lines of a step

  const gather = (distance) => {
    const found = [];
    const squares = new Map();
    for (const city of cities) {
      const [column, row] = [Math.floor(city.x / distance), Math.floor(city.y / distance)];
      let nearest;
      for (let across = column - 1; across <= column + 1; across++) {
        for (let down = row - 1; down <= row + 1; down++) {
          for (const circle of squares.get(`${across} ${down}`) || []) {
            const is = apart(circle, city);
            if (is <= distance && (!nearest || is < apart(nearest, city))) nearest = circle;
          }
        }
      }
      if (!nearest) {
        nearest = { x: city.x, y: city.y, cities: [], number: 0 };
        found.push(nearest);
        const square = `${column} ${row}`;
        squares.set(square, [...(squares.get(square) || []), nearest]);
      }
      nearest.cities.push(city);
      nearest.number += city.number;
    }
    return found;
  };

  const madeStep = (level) => {
    if (steps[level]) return steps[level];
    const made = { circles: gather((DISTANCE * unit()) / STEP ** level), circleOf: new Map(), lines: new Map() };
    for (const circle of made.circles) for (const city of circle.cities) made.circleOf.set(city, circle);
    for (const [start, end, number] of journeys) {
      const [from, to] = [made.circleOf.get(start), made.circleOf.get(end)];
      const key = `${made.circles.indexOf(from)} ${made.circles.indexOf(to)}`;
      if (from !== to) made.lines.set(key, { from, to, number: (made.lines.get(key)?.number || 0) + number });
    }
    steps[level] = made;
    return made;
  };

  const isShared = (circle) => circle.cities.length > 1 && circle.number > 0;
  const radius = (circle) => {
    if (!circle.number) return EMPTY;
    const least = isShared(circle) ? AROUND_NUMBER + OF_A_DIGIT * String(circle.number).length : SMALLEST;
    return Math.max(least, ofOnePractice * Math.sqrt(circle.number));
  };

  // Drawing

  const level = () => Math.min(lastStep(), Math.max(0, Math.round(Math.log(view.scale) / Math.log(STEP))));
  const placed = (point) => ({ x: point.x * view.scale + view.x, y: point.y * view.scale + view.y });
  const isInView = ({ x, y }) => x >= 0 && y >= 0 && x <= size && y <= size;

  const drawCircle = (circle) => {
    const [first] = circle.cities;
    const several = isShared(circle);
    const words = several ? map.dataset.several : map.dataset.city;
    circle.group = element("g", {
      class: several ? "map-several" : circle.number ? "map-city" : "map-empty",
      role: "button",
      tabindex: 0,
      "aria-label": filled(words, { ...first, number: circle.number, cities: circle.cities.length }),
    });
    circle.group.append(element("circle", { class: "map-reach" }), element("circle"));
    if (several) circle.group.append(element("text"));
    if (several) circle.group.lastChild.textContent = circle.number;
    circle.name = element("text", { class: "map-name", "aria-hidden": "true" });
    circle.name.textContent = several ? "" : first.name;
    circle.group.append(circle.name);
    circle.group.circle = circle;
  };

  const drawLine = (line, pixel) => {
    const [from, to] = [placed(line.from), placed(line.to)];
    const over = { x: (from.x + to.x) / 2 - (to.y - from.y) * BEND, y: (from.y + to.y) / 2 + (to.x - from.x) * BEND };
    const towards = (point, length) => {
      const share = length / (apart(point, over) || 1);
      return `${Math.round(point.x + (over.x - point.x) * share)} ${Math.round(point.y + (over.y - point.y) * share)}`;
    };
    const start = towards(from, radius(line.from) * pixel);
    const end = towards(to, (radius(line.to) + 2) * pixel);
    return element("path", { d: `M${start}Q${Math.round(over.x)} ${Math.round(over.y)} ${end}`, "marker-end": "url(#arrow)" });
  };

  // A city's name is written where it covers neither a circle nor another name.
  const writeNames = (inView, pixel) => {
    const taken = inView.map((circle) => {
      const { x, y } = placed(circle);
      const r = radius(circle) * pixel;
      return { left: x - r, right: x + r, top: y - r, bottom: y + r };
    });
    for (const circle of inView) {
      const { x, y } = placed(circle);
      const left = x + (radius(circle) + 4) * pixel;
      const box = { left, right: left + circle.name.textContent.length * 7.2 * pixel, top: y - 8 * pixel, bottom: y + 8 * pixel };
      const free = inView.length <= MOST_NAMED && circle.name.textContent && box.right < size &&
        taken.every((other) => other.left > box.right || other.right < box.left || other.top > box.bottom || other.bottom < box.top);
      circle.name.setAttribute("display", free ? "inline" : "none");
      circle.name.setAttribute("x", left - x);
      circle.name.setAttribute("font-size", 13 * pixel);
      if (free) taken.push(box);
    }
  };

  const draw = () => {
    const step = madeStep(level());
    const pixel = unit();
    const focused = document.activeElement?.circle;
    land.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
    const inView = [];
    const groups = [];
    for (const circle of step.circles) {
      const point = placed(circle);
      if (!isInView(point)) continue;
      if (!circle.group) drawCircle(circle);
      inView.push(circle);
      groups.push(circle.group);
      const [reach, area, number] = circle.group.children;
      circle.group.setAttribute("transform", `translate(${Math.round(point.x)} ${Math.round(point.y)})`);
      circle.group.classList.toggle("map-chosen", circle.cities.includes(chosen));
      reach.setAttribute("r", Math.max(REACH, radius(circle)) * pixel);
      area.setAttribute("r", radius(circle) * pixel);
      if (number !== circle.name) number.setAttribute("font-size", (radius(circle) < 12 ? 11 : 13) * pixel);
    }
    // Those that stay are not touched, so that the focus stays.
    for (const group of [...circles.children]) if (!groups.includes(group)) group.remove();
    groups.forEach((group, index) => {
      if (circles.children[index] !== group) circles.insertBefore(group, circles.children[index] || null);
    });
    for (const marker of drawing.querySelectorAll("marker")) {
      marker.setAttribute("markerWidth", 12 * pixel);
      marker.setAttribute("markerHeight", 12 * pixel);
    }
    lines.replaceChildren(...[...step.lines.values()].map((line) => drawLine(line, pixel)));
    writeNames(inView, pixel);
    map.classList.toggle("map-zoomed", view.scale > 1.01);
    for (const button of map.querySelectorAll("[data-zoom]")) {
      const last = button.dataset.zoom > 0 ? view.scale >= STEP ** lastStep() * 0.99 : view.scale <= 1.01;
      button.setAttribute("aria-disabled", last);
    }
    if (shown !== step) {
      shown = step;
      if (focused) focusOn(focused.cities[0]);
    } else if (focused && !groups.includes(focused.group)) {
      drawing.focus({ preventScroll: true });
    }
    return inView.length;
  };

  const focusOn = (city) => {
    const { group } = madeStep(level()).circleOf.get(city);
    (group?.isConnected ? group : drawing).focus({ preventScroll: true });
  };

  // Moving

  const kept = ({ scale, x, y }) => {
    scale = Math.min(STEP ** lastStep(), Math.max(1, scale));
    const limit = size - size * scale;
    return { scale, x: Math.min(0, Math.max(limit, x)), y: Math.min(0, Math.max(limit, y)) };
  };
  const show = (wanted) => {
    Object.assign(view, kept(wanted));
    return draw();
  };
  const tell = (number) => {
    map.querySelector(".map-status").textContent = filled(map.dataset.inView, { number });
  };
  const go = (wanted, afterwards = () => {}) => {
    cancelAnimationFrame(movement);
    const [from, to] = [{ ...view }, kept(wanted)];
    const began = performance.now();
    const frame = (now) => {
      const share = still.matches ? 1 : Math.min(1, Math.max(0, now - began) / 220);
      const eased = 1 - (1 - share) ** 3;
      const between = (name) => from[name] + (to[name] - from[name]) * eased;
      const number = show({ scale: between("scale"), x: between("x"), y: between("y") });
      if (share < 1) {
        movement = requestAnimationFrame(frame);
      } else {
        tell(number);
        afterwards();
      }
    };
    frame(still.matches ? began : performance.now());
  };
  const around = (scale, point = { x: size / 2, y: size / 2 }) => {
    scale = Math.min(STEP ** lastStep(), Math.max(1, scale));
    const grown = scale / view.scale;
    return { scale, x: point.x - (point.x - view.x) * grown, y: point.y - (point.y - view.y) * grown };
  };
  const zoom = (by, point) => go(around(STEP ** (level() + by), point));
  const move = (across, down) => go({ ...view, x: view.x - (across * size) / 4, y: view.y - (down * size) / 4 });
  const whole = () => go({ scale: 1, x: 0, y: 0 });

  // Choosing

  const tellOf = async (circle) => {
    const [place, title, close] = [panel.querySelector(".map-panel-cities"), panel.querySelector("h2"), panel.querySelector(".map-close")];
    chosen = circle.cities[0];
    draw();
    const query = new URLSearchParams(map.dataset.query);
    for (const city of circle.cities.slice(0, CITIES_AT_ONCE)) query.append("at", city.slug);
    const asked = chosen;
    let told;
    try {
      const answer = await fetch(`${map.dataset.cities}?${query}`);
      if (!answer.ok) throw new Error(answer.status);
      told = await answer.text();
    } catch {
      told = null;
    }
    if (asked !== chosen) return;
    if (told === null) place.textContent = map.dataset.failed;
    else place.innerHTML = told; // made by the server, which escapes what people wrote
    close.hidden = false;
    title.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    if (!chosen) return;
    const city = chosen;
    chosen = undefined;
    panel.querySelector(".map-panel-cities").replaceChildren(...hint.map((node) => node.cloneNode(true)));
    panel.querySelector(".map-close").hidden = true;
    draw();
    focusOn(city);
  };
  const hint = [...panel.querySelector(".map-panel-cities").childNodes];

  const choose = (circle) => {
    const [first] = circle.cities;
    const farther = [];
    for (let next = level() + 1; next <= lastStep(); next++) farther.push(next);
    const apartAt = farther.find((next) => madeStep(next).circleOf.get(first).cities.length < circle.cities.length);
    if (circle.cities.length === 1 || apartAt === undefined) {
      tellOf(circle);
      return;
    }
    const across = circle.cities.map((city) => city.x);
    const down = circle.cities.map((city) => city.y);
    const middle = (parts) => (Math.min(...parts) + Math.max(...parts)) / 2;
    const scale = STEP ** apartAt;
    go({ scale, x: size / 2 - middle(across) * scale, y: size / 2 - middle(down) * scale }, () => focusOn(first));
  };

  // What people do

  const isOfDrawing = (target) => target.closest?.("[role=button]")?.circle;

  const listen = () => {
    let dragged = false;
    const fingers = new Map();
    const pointOf = (event) => {
      const frame = drawing.getBoundingClientRect();
      return { x: (event.clientX - frame.left) * unit(), y: (event.clientY - frame.top) * unit() };
    };
    drawing.addEventListener("click", (event) => {
      const circle = isOfDrawing(event.target);
      if (circle && !dragged) choose(circle);
    });
    drawing.addEventListener("dblclick", (event) => {
      if (!isOfDrawing(event.target)) zoom(1, pointOf(event));
    });
    map.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const keys = {
        "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1), 0: whole,
        ArrowLeft: () => move(-1, 0), ArrowRight: () => move(1, 0), ArrowUp: () => move(0, -1), ArrowDown: () => move(0, 1),
      };
      const circle = isOfDrawing(event.target);
      if (circle && (event.key === "Enter" || event.key === " ")) choose(circle);
      else if (event.key === "Escape") close();
      else if (Object.hasOwn(keys, event.key)) keys[event.key]();
      else return;
      event.preventDefault();
    });
    panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
    panel.querySelector(".map-close").addEventListener("click", close);

    // The wheel scrolls the page until one has turned to the map, and where there is no farther.
    drawing.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !drawing.contains(document.activeElement)) return;
      const next = kept(around(view.scale * Math.exp(-event.deltaY * (event.deltaMode ? 0.06 : 0.002)), pointOf(event)));
      if (next.scale === view.scale) return;
      event.preventDefault();
      cancelAnimationFrame(movement);
      show(next);
    }, { passive: false });

    drawing.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, pointOf(event));
      if (fingers.size === 1) dragged = false;
      if (!isOfDrawing(event.target)) drawing.focus({ preventScroll: true });
    });
    drawing.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = pointOf(event);
      if (!dragged && fingers.size === 1 && apart(before, now) < 5 * unit()) return;
      if (!dragged) drawing.setPointerCapture(event.pointerId);
      dragged = true;
      map.classList.add("map-dragged");
      cancelAnimationFrame(movement);
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      fingers.set(event.pointerId, now);
      const next = other ? around((view.scale * apart(now, other)) / (apart(before, other) || 1), other) : { ...view };
      show(other ? next : { ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y });
    });
    for (const name of ["pointerup", "pointercancel"]) {
      drawing.addEventListener(name, (event) => {
        fingers.delete(event.pointerId);
        map.classList.remove("map-dragged");
      });
    }

    for (const button of map.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
    for (const button of map.querySelectorAll("[data-move]")) {
      button.addEventListener("click", () => move(...button.dataset.move.split(" ").map(Number)));
    }
    map.querySelector(".map-whole").addEventListener("click", () => {
      whole();
      drawing.focus({ preventScroll: true }); // the button goes away
    });
    new ResizeObserver(() => {
      if (map.clientWidth === width || !map.clientWidth) return;
      width = map.clientWidth;
      steps.length = 0;
      show(view);
    }).observe(map);
  };

  // Beginning: the outlines become part of the drawing, so that their lines stay thin.

  const begin = async () => {
    const query = map.dataset.query ? `?${map.dataset.query}` : "";
    const image = land.querySelector("image");
    const [answer, outlines] = await Promise.all([fetch(map.dataset.data + query), fetch(image.getAttribute("href"))]);
    if (!answer.ok || !outlines.ok) return; // the drawing stands still
    const found = await answer.json();
    const paths = new DOMParser().parseFromString(await outlines.text(), "image/svg+xml").documentElement.children;
    land.replaceChildren(...[...paths].map((path) => {
      const own = document.importNode(path);
      if (own.hasAttribute("stroke-width")) own.setAttribute("stroke-width", "0.8");
      return own;
    }));
    cities = found.cities.map(([slug, name, country, x, y, number]) => ({ slug, name, country, x, y, number }));
    journeys = found.journeys.map(([start, end, number]) => [cities[start], cities[end], number]);
    ofOnePractice = Math.min(OF_ONE_PRACTICE, LARGEST / Math.sqrt(Math.max(1, ...gather(DISTANCE * unit()).map((circle) => circle.number))));
    drawing.setAttribute("role", "group");
    drawing.removeAttribute("aria-labelledby");
    drawing.setAttribute("aria-label", map.dataset.map);
    drawing.querySelector("title").remove(); // browsers show it as a tip over the whole map
    drawing.setAttribute("tabindex", "0");
    map.classList.add("map-live");
    map.querySelector(".map-buttons").hidden = false;
    panel.hidden = false;
    document.querySelector(".map-help").hidden = false;
    circles.replaceChildren();
    listen();
    draw();
  };
  begin();
}
