// The home page's figure: a slider moves the limit, and with it the answer, the
// table, and what lies over the drawing. The data is in the page, so this works
// from disk. The address keeps the limit.
(function () {
  "use strict";
  var form = document.getElementById("picker"), source = document.getElementById("pick-data");
  if (!form || !source) return;
  var data = JSON.parse(source.textContent), range = form.limit, said = form.dataset;
  var value = document.getElementById("pick-value"), answer = document.getElementById("pick-answer");
  var body = document.getElementById("picks").tBodies[0];
  var layers = document.querySelectorAll("svg.layer"), home = data.steps.indexOf(data.limit);

  function fill(text, values) { return text.replace(/\{(\d)\}/g, function (m, i) { return window.jb.kept(values[i]); }); }
  function make(name, cls, text) {
    var e = document.createElement(name);
    if (cls) e.className = cls;
    if (text !== undefined) e.textContent = text;
    return e;
  }
  // pick is a model's first choice within the limit; its results are in the order
  // of the board's rule.
  function pick(m, limit) { return m.p.find(function (p) { return p[0] <= limit; }); }

  function row(name, p, most) {
    var tr = make("tr"), th = tr.appendChild(make("th")), a = th.appendChild(make("a", "", name));
    var bar = tr.appendChild(make("td", "n bar")), track = bar.appendChild(make("span", "track"));
    th.scope = "row";
    a.href = p[6];
    th.appendChild(make("span", "org", p[5]));
    var svg = track.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
    set(svg, { "aria-hidden": "true", preserveAspectRatio: "none", viewBox: "0 0 100 10" });
    set(svg.appendChild(document.createElementNS(svg.namespaceURI, "rect")), { x: 0, y: 1, width: (100 * p[1] / most).toFixed(1), height: 8 });
    track.appendChild(make("b", "", p[3]));
    if (p[4]) bar.appendChild(make("span", "org", p[4]));
    tr.appendChild(make("td", "n", p[2]));
    return tr;
  }

  function set(e, attributes) { Object.keys(attributes).forEach(function (k) { e.setAttribute(k, attributes[k]); }); }

  // axis maps a value to the drawing, as the drawing itself does: by logarithms.
  function axis(text) {
    var a = text.split(" ").map(Number);
    return function (v) { return a[0] + (a[1] - a[0]) * Math.log(v / a[2]) / Math.log(a[3] / a[2]); };
  }

  function draw(svg, limit, short, picks) {
    var d = svg.dataset, ends = d.x.split(" ").map(Number), x = axis(d.x), y = axis(d.y), gap = +d.gap;
    var at = Math.max(ends[0], Math.min(x(limit), ends[1])), left = at < (ends[0] + ends[1]) / 2;
    set(svg.querySelector("line"), { x1: at, x2: at });
    set(svg.querySelector("rect"), { x: at, width: ends[1] - at });
    var text = svg.querySelector("text");
    set(text, { x: left ? at + gap : at - gap, "text-anchor": left ? "start" : "end" });
    text.textContent = short;
    var dots = svg.querySelectorAll("circle");
    picks.forEach(function (p, i) {
      var dot = dots[dots.length - 1 - i]; // the best is drawn last
      if (p) { set(dot, { cx: x(p[0]), cy: y(p[1]) }); dot.removeAttribute("display"); }
      else dot.setAttribute("display", "none");
    });
  }

  function show() {
    var step = +range.value, limit = data.steps[step], words = data.words[step].split("|");
    var text = fill(said.limit, words) + fill(said.rate, words.slice(1)), short = fill(said.short, words);
    var picks = data.models.map(function (m) { return pick(m, limit); }), best = [];
    picks.forEach(function (p, i) { if (p) best.push({ n: data.models[i].n, p: p }); });
    best.sort(function (a, b) { return a.p[1] - b.p[1]; });
    value.textContent = text;
    range.setAttribute("aria-valuetext", text);
    answer.textContent = "";
    if (best.length) {
      said.answer.split("{2}").forEach(function (part, i) {
        if (i) answer.appendChild(make("b", "", best[0].n));
        answer.appendChild(document.createTextNode(fill(part, [best.length, picks.length, "", best[0].p[3] + "\u00a0" + data.unit])));
      });
    } else answer.textContent = said.none;
    var top = best.slice(0, data.top);
    body.textContent = "";
    top.forEach(function (b) { body.appendChild(row(b.n, b.p, top[top.length - 1].p[1])); });
    layers.forEach(function (svg) { draw(svg, limit, short, picks); });
  }

  // A pointer near a result reads it out; a click leads to its page. A finger
  // reads out first, and leads on when it comes again.
  layers.forEach(function (svg) {
    var x = axis(svg.dataset.x), y = axis(svg.dataset.y), host = svg.parentNode, box = svg.viewBox.baseVal, points = [], now = null, fresh = false;
    var tip = host.appendChild(make("div", "pick-tip"));
    tip.hidden = true;
    data.models.forEach(function (m) {
      m.p.forEach(function (p) { points.push({ m: m, p: p, x: x(p[0]), y: y(p[1]) }); });
    });
    function at(e) {
      var r = svg.getBoundingClientRect(), k = r.width / box.width, best = null, least = 24;
      points.forEach(function (q) {
        var far = Math.hypot(q.x * k - (e.clientX - r.left), q.y * k - (e.clientY - r.top));
        if (far < least) { least = far; best = q; }
      });
      if (best !== now) say(now = best, k, r);
    }
    function say(q, k, r) {
      tip.hidden = !q;
      host.style.cursor = q ? "pointer" : "";
      if (!q) return;
      tip.textContent = "";
      tip.appendChild(make("b", "", q.m.n));
      [q.p[5], q.p[3] + "\u00a0" + data.unit + (q.p[4] ? " " + q.p[4] : ""), q.p[2] + "\u00a0" + data.x].forEach(function (t) { tip.appendChild(make("span", "", t)); });
      var left = q.x * k + 14;
      if (left + tip.offsetWidth > r.width) left = q.x * k - 14 - tip.offsetWidth;
      tip.style.left = Math.max(0, left) + "px";
      tip.style.top = Math.max(0, Math.min(q.y * k - tip.offsetHeight / 2, r.height - tip.offsetHeight)) + "px";
    }
    host.addEventListener("pointermove", at);
    host.addEventListener("pointerdown", function (e) { var was = now; at(e); fresh = e.pointerType !== "mouse" && now !== was; });
    host.addEventListener("pointerleave", function (e) { if (e.pointerType === "mouse") say(now = null); });
    host.addEventListener("click", function () { if (now && !fresh) location.href = now.p[6]; });
  });

  // read takes the limit from the address: the smallest step that is not below it.
  function read() {
    var at = parseFloat(new URLSearchParams(location.search).get("limit"));
    var i = data.steps.findIndex(function (v) { return v >= at; });
    range.value = at > 0 ? (i < 0 ? data.steps.length - 1 : i) : home;
    if (+range.value !== home || shown) show();
    shown = true;
  }
  var shown = false;
  function write() {
    var q = new URLSearchParams(location.search);
    if (+range.value === home) q.delete("limit"); else q.set("limit", data.steps[+range.value]);
    var s = q.toString();
    try { history.pushState(null, "", location.pathname + (s ? "?" + s : "") + location.hash); } catch (e) { /* from disk some browsers refuse */ }
  }
  range.addEventListener("input", show);
  range.addEventListener("change", write);
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  addEventListener("popstate", read);
  form.hidden = false;
  read();
})();
