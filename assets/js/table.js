// Tables that readers sort, filter, extend and share. A page's table is complete
// without this; its form names the script file that holds all rows, which is
// asked for when a reader touches the table or comes with a choice in the
// address. Everything chosen stands in the address.
(function () {
  "use strict";
  var jb = window.jb;
  var collator = new Intl.Collator(document.documentElement.lang || "en", { numeric: true, sensitivity: "base" });

  function el(tag, attrs, text) {
    var e = document.createElement(tag);
    Object.keys(attrs || {}).forEach(function (k) { e.setAttribute(k, attrs[k]); });
    if (text != null) e.textContent = text;
    return e;
  }
  function fill(s) {
    var args = arguments;
    return s.replace(/\{(\d)\}/g, function (_, n) { return jb.kept(args[+n + 1]); });
  }
  function empty() { return { q: "", sort: [], show: [], hide: [], facets: {}, ranges: {}, x: [], u: "", a: "", t: "", d: "", co2: "", price: "", cur: "", p: 1 }; }
  function amount(s) { return s !== "" && isFinite(s) && +s >= 0 ? +s : null; }

  function Table(form, index) {
    this.form = form;
    this.words = form.dataset;
    this.perPage = +form.dataset.rows;
    this.prefix = index ? index + 1 + "." : "";
    this.table = form.parentNode.nextElementSibling.querySelector("table");
    this.out = form.querySelector("output");
    this.resetter = form.querySelector("[type=reset]");
    this.head = this.table.tHead.rows[0];
    this.body = this.table.tBodies[0];
    this.s = empty();
    this.wrong = []; // formulas of the address that cannot be read: name, text, fault
    this.start();
  }
  var T = Table.prototype;

  T.start = function () {
    var me = this;
    Array.prototype.forEach.call(this.head.cells, function (th, i) {
      var b = el("button", { type: "button", "data-col": i });
      while (th.firstChild) b.appendChild(th.firstChild);
      th.appendChild(b);
    });
    this.head.addEventListener("click", function (e) {
      var b = e.target.closest("button");
      if (b) me.need(function () { me.sortBy(b.dataset.key || me.data.c[b.dataset.col].k, e.shiftKey); });
    });
    this.form.addEventListener("input", function (e) { me.need(function () { me.typed(e.target); }); });
    this.form.addEventListener("change", function (e) { me.need(function () { me.changed(e.target); }); });
    this.form.addEventListener("submit", function (e) { e.preventDefault(); });
    this.form.addEventListener("reset", function (e) {
      e.preventDefault();
      me.need(function () { me.s = empty(); me.wrong = []; me.nextWrong(); me.fields(); me.show(true); me.form.q.focus(); });
    });
    this.form.addEventListener("click", function (e) {
      var b = e.target.closest("button");
      if (b && b.dataset.open) me.open(b.getAttribute("aria-expanded") === "true" ? null : b.dataset.open);
      else if (b && "preset" in b.dataset) { me.s.show = b.dataset.preset ? ["all"] : []; me.s.hide = []; me.columnPane(); me.show(true); }
      else if (b && b.name === "xadd") me.need(function () { me.addFormula(); });
      else if (b && b.dataset.drop) me.dropFormula(+b.dataset.drop);
      else if (b && b.dataset.name) me.insertName(b.dataset.name);
    });
    this.form.addEventListener("keydown", function (e) {
      if (e.key === "Enter" && (e.target.name === "xe" || e.target.name === "xn")) { e.preventDefault(); me.need(function () { me.addFormula(); }); }
    });
    // A hand on its way to the table is the time to ask for the rows.
    var box = this.table.parentNode, ask = function () { me.need(function () {}); };
    ["pointerenter", "focusin"].forEach(function (ev) { me.form.addEventListener(ev, ask); box.addEventListener(ev, ask); });
    this.form.addEventListener("keydown", function (e) {
      var b = e.key === "Escape" && me.form.querySelector('[data-open][aria-expanded="true"]');
      if (b) { me.open(null); b.focus(); }
    });
    this.form.hidden = false;
    addEventListener("popstate", function () { me.read(); });
    this.count(this.total(), this.total());
    this.pager(this.total(), Math.ceil(this.total() / this.perPage));
    if (this.mine().length) this.read();
  };

  T.total = function () { return +this.form.dataset.total; };

  // need runs what wants the data, once it is here.
  T.need = function (then) {
    var me = this, id = this.form.dataset.for;
    if (this.data) { then(); return; }
    if (this.waiting) { this.waiting.push(then); return; }
    this.waiting = [then];
    var s = el("script", { src: this.form.dataset.src });
    s.onload = function () {
      me.take(window.jbTables[id]);
      delete window.jbTables[id];
      me.waiting.splice(0).forEach(function (f) { f(); });
    };
    s.onerror = function () { me.waiting = null; me.out.textContent = me.words.failed; };
    document.head.appendChild(s);
  };

  // take makes of the file what sorting and filtering need.
  T.take = function (data) {
    var me = this;
    this.data = data;
    this.n = data.h.length;
    this.by = {};
    data.c.forEach(function (c) { me.by[c.k] = c; });
    this.order = {};
    this.form.dataset.ready = "";
    // What takes longest is done before it is asked for.
    setTimeout(function () { data.c.forEach(function (c) { if (c.on && c.t !== "l") me.ranks(c); }); me.hay(); }, 50);
  };

  T.hay = function () {
    if (this.text) return this.text;
    var cols = this.data.c.filter(function (c) { return c.t === "m" || (c.t === "t" || c.f) && c.w; }), text = [];
    var words = cols.map(function (c) { return c.w.map(function (w) { return w.slice(0, 2).join(" ").toLowerCase(); }); });
    for (var i = 0; i < this.n; i++) {
      var s = this.data.h[i];
      for (var k = 0; k < cols.length; k++) {
        var c = cols[k];
        if (c.i[i] >= 0) s += "\n" + words[k][c.i[i]];
        if (c.os) s += "\n" + c.os[c.o[i]].toLowerCase();
      }
      text.push(s);
    }
    return this.text = text;
  };

  // keys are what a column sorts by: one number a row, NaN where it is missing.
  T.keys = function (c) {
    if (this.order[c.k]) return this.order[c.k];
    var out = new Float64Array(this.n), i, place;
    if (c.w && c.t !== "n") {
      var names = c.w.map(function (w) { return c.t === "h" ? w[1] : w[0] + "\n" + (w[1] || ""); });
      if (c.t === "h") place = names.map(function (v) { return v == null ? NaN : v; });
      else {
        var sorted = names.map(function (_, k) { return k; }).sort(function (a, b) { return collator.compare(names[a], names[b]) || a - b; });
        place = [];
        sorted.forEach(function (k, at) { place[k] = at; });
      }
    }
    for (i = 0; i < this.n; i++) {
      var v = place ? place[c.i[i]] : c.t === "r" ? c.lo[i] : c.v && c.v[i];
      out[i] = v == null ? NaN : v;
    }
    return this.order[c.k] = out;
  };

  // ranks are the places of a column's values among its different ones, -1 where
  // a value is missing, and how many there are.
  T.ranks = function (c) {
    var keys = this.keys(c);
    if (keys.ranks) return keys.ranks;
    var map = new Map(), at = new Int32Array(this.n), i;
    Float64Array.from(keys).sort().forEach(function (v) { if (v === v && !map.has(v)) map.set(v, map.size); });
    for (i = 0; i < this.n; i++) at[i] = keys[i] === keys[i] ? map.get(keys[i]) : -1;
    return keys.ranks = { at: at, n: map.size };
  };

  T.match = function (i) {
    for (var k = 0; k < this.tests.length; k++) if (!this.tests[k](i)) return false;
    return true;
  };

  T.makeTests = function () {
    var me = this, s = this.s, tests = [];
    var tokens = s.q.toLowerCase().split(/\s+/).filter(Boolean);
    if (tokens.length) {
      var text = this.hay();
      tests.push(function (i) { return tokens.every(function (t) { return text[i].indexOf(t) >= 0; }); });
    }
    Object.keys(s.facets).forEach(function (k) {
      var c = me.by[k], want = {};
      if (!c || !c.w) return;
      c.w.forEach(function (w, at) { if (s.facets[k].indexOf(w[0]) >= 0) want[at] = true; });
      tests.push(function (i) { return want[c.i[i]] === true; });
    });
    Object.keys(s.ranges).forEach(function (k) {
      var c = me.by[k], lo = s.ranges[k][0], hi = s.ranges[k][1];
      if (!c) return;
      tests.push(function (i) {
        var v = c.t === "t" ? c.i[i] < 0 ? null : c.w[c.i[i]][0] : c.v[i];
        return v != null && (lo === "" || v >= lo) && (hi === "" || v <= hi);
      });
    });
    this.tests = tests;
  };

  // rows are the places of the rows that match, in the order asked for.
  T.rows = function () {
    var me = this, out = [], i;
    this.makeTests();
    for (i = 0; i < this.n; i++) if (this.match(i)) out.push(i);
    var by = this.s.sort.filter(function (x) { return me.by[x.k]; }).map(function (x) { return { r: me.ranks(me.by[x.k]), d: x.d }; });
    if (!by.length) return out;
    // Places are small whole numbers, so those of two columns and the row fit one
    // number, and the browser sorts numbers fastest.
    function place(x, i) { var at = x.r.at[i]; return at < 0 ? x.r.n : x.d > 0 ? at : x.r.n - 1 - at; }
    if (by.length < 3 && Math.pow(this.n + 1, by.length + 1) < Number.MAX_SAFE_INTEGER) {
      var n = this.n, keys = new Float64Array(out.length);
      out.forEach(function (i, k) {
        keys[k] = by.reduce(function (v, x) { return v * (x.r.n + 1) + place(x, i); }, 0) * n + i;
      });
      return Array.from(keys.sort(), function (v) { return v % n; });
    }
    out.sort(function (a, b) {
      for (var k = 0; k < by.length; k++) {
        var d = place(by[k], a) - place(by[k], b);
        if (d) return d;
      }
      return a - b;
    });
    return out;
  };

  T.columns = function () {
    var s = this.s, c = this.data.c, all = s.show.indexOf("all") >= 0, out = c.filter(function (c) { return c.on && (s.hide.indexOf(c.k) < 0 || c.t === "m"); });
    // What a reader adds stands beside what the table is about.
    var at = out.findIndex(function (c) { return c.bar != null; }) + 1 || out.findIndex(function (c) { return c.t === "m"; }) + 1;
    out.splice.apply(out, [at, 0].concat(c.filter(function (c) { return c.mine; }), c.filter(function (c) { return !c.on && !c.mine && (all ? s.hide.indexOf(c.k) < 0 : s.show.indexOf(c.k) >= 0); })));
    return out;
  };

  // factor is what a column's values are multiplied by for the unit asked for,
  // unit what its head then says.
  T.factor = function (c) {
    var s = this.s, f = 1;
    if (!c.j) return 1;
    if (s.u) f = c.j / { J: 1, Wh: 3600, kWh: 3.6e6 }[s.u];
    var many = c.p && s[c.pm === 1e6 ? "t" : "a"];
    return many ? f * many / c.pb : f;
  };
  T.unit = function (c) {
    var s = this.s, many = c.p && s[c.pm === 1e6 ? "t" : "a"];
    if (!c.j || !(s.u || many)) return c.u || "";
    var u = s.u || (c.j === 1 ? "J" : "Wh");
    return c.p ? u + " " + (+(many || c.pb) > 1 ? c.pp : c.p) : u;
  };

  // derive adds the columns that rest on what the reader assumes or wrote.
  T.derive = function () {
    var me = this, s = this.s, w = this.words;
    this.data.c = this.data.c.filter(function (c) { if (c.mine) { delete me.by[c.k]; delete me.order[c.k]; } return !c.mine; });
    var energies = this.columns().filter(function (c) { return c.j && c.p; });
    function add(k, n, u, title, values, from, f) {
      var c = { k: k, t: "n", n: n, u: u, d: title, num: true, g: 3, mine: true, x: from ? from.x : w.formulaMissing, v: values };
      if (from && from.lo) { c.lo = times(from.lo, f); c.hi = times(from.hi, f); }
      me.data.c.push(c);
      me.by[k] = c;
    }
    function times(values, f) { return values.map(function (v) { return v == null ? null : v * f; }); }
    function priced(per, k, name, u) {
      if (per != null) energies.forEach(function (c) {
        var many = +(s[c.pm === 1e6 ? "t" : "a"] || c.pb), f = c.j / 3.6e6 * many / c.pb * per;
        add(k + ":" + c.k, name, u + " " + (many > 1 ? c.pp : c.p) + jb.sep.part + w.yours, name + jb.sep.colon + w.yours, times(c.v, f), c, f);
      });
    }
    priced(amount(s.co2), "co2", w.co2, "gCO₂e");
    priced(amount(s.price), "price", w.cost, s.cur);
    s.x.forEach(function (x, at) {
      var f = jb.formula(x[1], function (n) { return me.wrongName(n); });
      if (f.error) return;
      var values = [], i = 0, get = function (n) { return me.by[n].v[i]; };
      for (; i < me.n; i++) values.push(f.value(get));
      add("x" + (at + 1), x[0] || x[1], "", x[1], values);
    });
  };
  T.wrongName = function (n) {
    var c = this.by[n];
    return !c || c.mine ? "name" : c.t === "n" ? "" : "text";
  };

  // bring runs what wants the numbers of columns, once they are here: those that a
  // large table does not show at first are files of their own.
  T.bring = function (cols, then) {
    var me = this, turn = this.turn = (this.turn || 0) + 1, files = [];
    cols.forEach(function (c) { if (c && c.src && files.indexOf(c.src) < 0) files.push(c.src); });
    var left = files.length;
    if (!left) then();
    files.forEach(function (src) { // rows-KEY.DIGEST.js
      var s = el("script", { src: src });
      s.onload = function () {
        window.jbColumns[src.slice(5).replace(/\.\w+\.js$/, "")].forEach(function (c) { delete Object.assign(me.by[c.k], c).src; });
        if (!--left && turn === me.turn) then(); // else something else was chosen meanwhile
      };
      s.onerror = function () { me.out.textContent = me.words.failed; };
      document.head.appendChild(s);
    });
  };

  // show puts the chosen rows and columns on the page; push says whether Back
  // should lead to what was before.
  T.show = function (push) {
    var me = this, s = this.s, names = Object.keys(s.ranges).concat(s.sort.map(function (x) { return x.k; }));
    this.typing = null;
    if (push !== undefined) this.write(push);
    s.x.forEach(function (x) { jb.formula(x[1], function (n) { names.push(n); }); });
    this.bring(this.columns().concat(names.map(function (n) { return me.by[n]; })), function () { me.render(); });
  };
  T.render = function () {
    var s = this.s, t0 = performance.now();
    this.derive();
    var rows = this.rows(), cols = this.columns(), me = this;
    var pages = Math.max(1, Math.ceil(rows.length / this.perPage));
    s.p = Math.min(Math.max(1, s.p), pages);
    var from = (s.p - 1) * this.perPage, part = rows.slice(from, from + this.perPage);
    var f = cols.map(function (c) { return me.factor(c); }), html = [];
    part.forEach(function (i) {
      html.push("<tr>");
      for (var k = 0; k < cols.length; k++) html.push(jb.cell(me.data, cols[k], i, f[k]));
      html.push("</tr>");
    });
    if (!part.length) html.push('<tr class="tb-none"><td colspan="' + cols.length + '">' + jb.esc(this.words.none) + " <button type=\"button\">" + jb.esc(this.words.reset) + "</button></td></tr>");
    this.body.innerHTML = html.join("");
    if (!part.length) this.body.querySelector("button").addEventListener("click", function () { me.resetter.click(); });
    this.heads(cols);
    this.table.classList.toggle("dense", s.d === "1");
    this.pager(rows.length, pages);
    this.count(rows.length, this.n);
    this.marks();
    if (!this.paneOf("sort").hidden) this.sortPane();
    // How long it took, for those who measure the page.
    this.table.dataset.ms = (performance.now() - t0).toFixed(1);
  };

  T.count = function (shown, all) {
    this.out.textContent = shown === all ? fill(this.words.all, jb.sig(all, 0)) : shown ? fill(this.words.shown, jb.sig(shown, 0), jb.sig(all, 0)) : this.words.none;
  };

  T.heads = function (cols) {
    var me = this, sort = this.sorted(), focus = document.activeElement, had = focus && this.head.contains(focus) && (focus.dataset.key || me.data.c[focus.dataset.col].k);
    this.head.textContent = "";
    cols.forEach(function (c) {
      var th = el("th", { scope: "col" }), b = el("button", { type: "button", "data-key": c.k }), u = me.unit(c), at = sort.findIndex(function (x) { return x.k === c.k; });
      if (c.num || c.t === "m") th.className = c.num ? "n" : "row";
      b.appendChild(el(c.d ? "abbr" : "span", c.d ? { title: c.d } : {}, c.n));
      if (u) b.appendChild(el("span", { class: c.mine ? "u mine" : "u" }, u));
      if (at >= 0) {
        // Assistive technology takes one sorted column; the others say their turn.
        if (!at) th.setAttribute("aria-sort", sort[at].d > 0 ? "ascending" : "descending");
        if (sort.length > 1) b.insertBefore(el("span", { class: "turn" }, (at ? sort[at].d > 0 ? "▲" : "▼" : "") + (at + 1)), b.firstChild);
      }
      th.appendChild(b);
      me.head.appendChild(th);
      if (c.k === had) b.focus();
    });
  };

  // sorted is the order shown: the reader's, or the one the page came with.
  T.sorted = function () {
    var c = this.by[this.data.s];
    return this.s.sort.length ? this.s.sort : c ? [{ k: c.k, d: c.b === "higher" ? -1 : 1 }] : [];
  };

  T.sortBy = function (k, more) {
    var c = this.by[k], first = c.b === "higher" ? -1 : 1, now = more || !this.s.sort.length ? this.s.sort.slice() : this.s.sort, at;
    if (c.t === "r" && !more) { this.s.sort = []; this.s.p = 1; this.show(true); return; }
    if (!this.s.sort.length && !more) now = this.sorted();
    at = now.findIndex(function (x) { return x.k === k; });
    if (more) {
      if (at < 0) now.push({ k: k, d: first });
      else if (now[at].d === first) now[at] = { k: k, d: -first };
      else now.splice(at, 1);
    } else if (at < 0 || now.length > 1) now = [{ k: k, d: first }];
    else if (now[0].d === first) now = [{ k: k, d: -first }];
    else now = [];
    this.s.sort = now;
    this.s.p = 1;
    this.show(true);
  };

  T.pager = function (n, pages) {
    var me = this, s = this.s, nav = this.nav;
    if (!nav) {
      nav = this.nav = el("nav", { class: "tb-pages", "aria-label": this.words.pages });
      var prev = el("button", { type: "button" }, this.words.prev), next = el("button", { type: "button" }, this.words.next);
      [[prev, -1], [next, 1]].forEach(function (b) {
        b[0].addEventListener("click", function () {
          if (b[0].getAttribute("aria-disabled") === "true") return;
          me.need(function () {
            me.s.p += b[1];
            me.show(true);
            me.table.parentNode.scrollTop = 0;
            me.form.scrollIntoView();
          });
        });
      });
      nav.append(prev, el("span", { role: "status" }), next);
      this.table.parentNode.after(nav);
    }
    nav.hidden = pages < 2;
    nav.children[0].setAttribute("aria-disabled", s.p <= 1);
    nav.children[2].setAttribute("aria-disabled", s.p >= pages);
    nav.children[1].textContent = fill(this.words.page, jb.sig((s.p - 1) * this.perPage + 1, 0), jb.sig(Math.min(n, s.p * this.perPage), 0), jb.sig(n, 0));
    var still = nav.nextElementSibling && nav.nextElementSibling.matches(".tb-static") && nav.nextElementSibling;
    if (still) still.hidden = true;
  };

  // marks say on the folded panes how much is chosen in them.
  T.marks = function () {
    var s = this.s, n = { filters: Object.keys(s.facets).length + Object.keys(s.ranges).length, sort: s.sort.length, columns: s.show.length + s.hide.length,
      units: ["u", "a", "t", "d", "co2", "price"].filter(function (k) { return s[k]; }).length, formulas: s.x.length }, any = s.q || s.p > 1;
    this.form.querySelectorAll("[data-open]").forEach(function (d) {
      var k = n[d.dataset.open];
      d.querySelector("b").textContent = k ? " " + k : "";
      any = any || k;
    });
    this.form.querySelectorAll("[data-preset]").forEach(function (b) { b.setAttribute("aria-pressed", !s.hide.length && s.show.join() === b.dataset.preset); });
    this.resetter.hidden = !any;
  };

  /* Panes */

  // open unfolds one pane and folds the others.
  T.open = function (name) {
    var me = this;
    this.form.querySelectorAll("[data-open]").forEach(function (b) {
      b.setAttribute("aria-expanded", b.dataset.open === name);
      me.paneOf(b.dataset.open).hidden = b.dataset.open !== name;
    });
    if (name) this.need(function () { me.pane(name); me.marks(); });
  };
  T.pane = function (name) {
    if (name === "filters") this.filterPane();
    if (name === "sort") this.sortPane();
    if (name === "columns") this.columnPane();
    if (name === "formulas") this.formulaPane();
  };
  T.paneOf = function (name) { return this.form.querySelector('[data-pane="' + name + '"]'); };

  T.filterPane = function () {
    var me = this, s = this.s, box = this.paneOf("filters"), shown = this.columns();
    box.textContent = "";
    this.data.c.forEach(function (c) {
      if (!c.f || !c.w) return;
      var n = {};
      for (var i = 0; i < me.n; i++) if (c.i[i] >= 0) { var w = c.w[c.i[i]][0]; n[w] = (n[w] || 0) + 1; }
      var words = Object.keys(n).sort(collator.compare);
      // Where there are very many, the search finds them.
      if (words.length < 2 && !s.facets[c.k] || words.length > 300) return;
      var set = el("fieldset", { class: "tb-facet" + (words.length > 12 ? " many" : "") });
      set.appendChild(el("legend", {}, c.n));
      words.forEach(function (w) {
        var l = el("label"), b = el("input", { type: "checkbox", name: "f:" + c.k, value: w });
        b.checked = (s.facets[c.k] || []).indexOf(w) >= 0;
        l.append(b, " " + w + " ", el("span", { class: "u" }, n[w]));
        set.appendChild(l);
      });
      box.appendChild(set);
    });
    var set = el("div", { class: "tb-ranges" });
    this.data.c.forEach(function (c) {
      var date = c.k === "date";
      if (!date && (c.t !== "n" || shown.indexOf(c) < 0 && c.k !== "parameters" && !s.ranges[c.k])) return;
      var r = s.ranges[c.k] || ["", ""], u = me.unit(c), row = el("fieldset", { class: "tb-range" });
      row.appendChild(el("legend", {}, c.n + (u ? jb.sep.part + u : "")));
      ["least", "most"].forEach(function (end, at) {
        if (at) row.append(" – ");
        var b = el("input", { name: "r:" + c.k, "data-end": at, "aria-label": fill(me.words[end], c.n), autocomplete: "off" });
        if (date) b.type = "date";
        else { b.inputMode = "decimal"; b.size = 7; }
        b.value = date || r[at] === "" ? r[at] : jb.number(+(r[at] * me.factor(c)).toPrecision(6));
        row.append(b);
      });
      set.appendChild(row);
    });
    box.appendChild(set);
  };

  // sortPane is the way to sort without a Shift key: a list for each turn.
  T.sortPane = function () {
    var me = this, w = this.words, sort = this.s.sort, box = this.paneOf("sort"), cols = this.columns(), had = document.activeElement.dataset.turn;
    box.textContent = "";
    for (var i = 0; i <= Math.min(sort.length, 3); i++) {
      var l = el("label", {}, (i ? w.then : w.sortby) + " "), b = el("select", { name: "s", "data-turn": i }), now = sort[i] && this.by[sort[i].k];
      b.append(el("option", { value: "" }, i ? "–" : w.asgiven));
      cols.concat(now && cols.indexOf(now) < 0 ? now : []).forEach(function (c) {
        var u = me.unit(c), name = me.nameOf(c) + (u ? jb.sep.part + u : "");
        b.append(el("option", { value: c.k }, fill(w.rising, name)), el("option", { value: "-" + c.k }, fill(w.falling, name)));
      });
      b.value = sort[i] ? (sort[i].d < 0 ? "-" : "") + sort[i].k : "";
      l.append(b);
      box.append(l);
      if (String(i) === had) b.focus();
    }
  };
  T.nameOf = function (c) { return c.k === "rank" && c.d ? c.d.split(/[;；]/)[0] : c.n; };

  T.columnPane = function () {
    var me = this, w = this.words, box = this.paneOf("columns"), shown = this.columns(), had = document.activeElement.dataset.preset;
    box.textContent = "";
    var list = el("div", { class: "tb-cols" }), presets = el("p", { class: "tb-row" });
    box.append(presets);
    [[w.usual, ""], [w.every, "all"]].forEach(function (x) {
      var b = el("button", { type: "button", "data-preset": x[1] }, x[0]);
      presets.append(b);
      if (x[1] === had) b.focus();
    });
    this.data.c.forEach(function (c) {
      if (c.mine || c.t === "m") return;
      var l = el("label", c.d ? { title: c.d } : {}), b = el("input", { type: "checkbox", name: "c", value: c.k });
      b.checked = shown.indexOf(c) >= 0;
      l.append(b, " " + me.nameOf(c) + " ");
      if (c.u) l.append(el("span", { class: "u" }, c.u));
      list.appendChild(l);
    });
    box.appendChild(list);
  };

  T.formulaPane = function () {
    var me = this, list = this.form.querySelector(".tb-list"), names = this.form.querySelector(".tb-names");
    list.textContent = "";
    this.s.x.forEach(function (x, i) {
      var li = el("li"), b = el("button", { type: "button", "data-drop": i, "aria-label": fill(me.words.remove, x[0] || x[1]) }, "×");
      li.append(el("span", {}, x[0] ? x[0] + " = " : ""), el("code", {}, x[1]), " ", b);
      list.appendChild(li);
    });
    if (names.firstChild) return;
    this.data.c.forEach(function (c) {
      if (c.t !== "n" || c.mine) return;
      names.append(el("button", { type: "button", "data-name": c.k, title: c.d || c.n }, c.k), " ");
    });
  };

  T.addFormula = function () {
    var me = this, name = this.form.xn, expr = this.form.xe;
    var text = jb.plain(expr.value), f = jb.formula(text, function (n) { return me.wrongName(n); });
    if (f.error) {
      this.faulty(f);
      expr.focus();
      if (f.error !== "empty") expr.setSelectionRange(f.at, f.at + Math.max(1, (f.word || "").length));
      return;
    }
    this.s.x = this.s.x.concat([[name.value.replace(/=/g, " ").trim(), text.trim()]]);
    this.nextWrong();
    this.show(true);
    this.formulaPane();
  };
  // faulty says what is wrong with the formula that is being typed, if anything is,
  // and with those of the address that wait behind it.
  T.faulty = function (f) {
    var err = this.form.querySelector(".tb-err"), words = this.words;
    function why(f) { return fill(words["e" + f.error[0].toUpperCase() + f.error.slice(1)], f.word, f.at + 1); }
    if (f) this.form.xe.setAttribute("aria-invalid", "true");
    else this.form.xe.removeAttribute("aria-invalid");
    err.textContent = f ? why(f) : "";
    this.wrong.forEach(function (x) {
      if (err.firstChild) err.append(el("br"));
      err.append((x[0] ? x[0] + " = " : "") + x[1] + jb.sep.colon + why(x[2]));
    });
  };
  // nextWrong puts the next formula that could not be read where formulas are typed.
  T.nextWrong = function () {
    var x = this.wrong.shift() || ["", ""];
    this.form.xn.value = x[0];
    this.form.xe.value = x[1];
    this.faulty(x[2]);
  };
  T.dropFormula = function (i) {
    this.s.x = this.s.x.filter(function (_, k) { return k !== i; });
    this.s.sort = this.s.sort.filter(function (x) { return !/^x\d+$/.test(x.k); });
    this.show(true);
    this.formulaPane();
    this.form.xe.focus();
  };
  T.insertName = function (n) {
    var f = this.form.xe, at = f.selectionStart, v = f.value;
    f.value = v.slice(0, at) + n + v.slice(f.selectionEnd);
    f.focus();
    f.setSelectionRange(at + n.length, at + n.length);
    this.faulty();
  };

  /* What the reader does in the form */

  T.typed = function (t) {
    if (t.name === "q" || t.name === "co2" || t.name === "price" || t.name === "cur") {
      this.s[t.name] = t.name === "q" ? t.value : t.name === "cur" ? t.value.trim() : jb.typed(t.value);
      if (t.name === "co2" || t.name === "price") {
        var ok = t.value.trim() === "" || amount(this.s[t.name]) != null;
        if (ok) t.removeAttribute("aria-invalid"); else { t.setAttribute("aria-invalid", "true"); this.s[t.name] = ""; }
      }
      this.s.p = 1;
      // Back leads to before the typing, not to each letter of it.
      this.show(this.typing !== t);
      this.typing = t;
    } else if (t.name === "xe") this.faulty();
  };

  T.changed = function (t) {
    var s = this.s, k = t.name.slice(2), list, v;
    if (t.name.slice(0, 2) === "f:") {
      list = (s.facets[k] || []).filter(function (w) { return w !== t.value; });
      if (t.checked) list.push(t.value);
      if (list.length) s.facets[k] = list; else delete s.facets[k];
    } else if (t.name.slice(0, 2) === "r:") {
      v = t.type === "date" ? t.value : jb.typed(t.value);
      if (t.type !== "date" && v !== "" && !isFinite(v)) { t.setAttribute("aria-invalid", "true"); this.out.textContent = fill(this.words.nonumber, v); return; }
      t.removeAttribute("aria-invalid");
      list = (s.ranges[k] || ["", ""]).slice();
      list[t.dataset.end] = v === "" || t.type === "date" ? v : +(v / this.factor(this.by[k])).toPrecision(6);
      if (list[0] === "" && list[1] === "") delete s.ranges[k]; else s.ranges[k] = list;
    } else if (t.name === "c") {
      var c = this.by[t.value], on = c.on || s.show[0] === "all", here = on ? "hide" : "show";
      s[here] = s[here].filter(function (x) { return x !== t.value; });
      if (t.checked !== !!on) s[here].push(t.value);
    } else if (t.name === "s") {
      s.sort = [];
      this.form.querySelectorAll("[name=s]").forEach(function (b) {
        var k = b.value.replace(/^-/, "");
        if (k && !s.sort.some(function (x) { return x.k === k; })) s.sort.push({ k: k, d: b.value[0] === "-" ? -1 : 1 });
      });
    } else if (t.name.length === 1 && "uatd".indexOf(t.name) >= 0) s[t.name] = t.value;
    else return;
    s.p = 1;
    this.show(true);
  };

  // fields puts the state into the form.
  T.fields = function () {
    var s = this.s, form = this.form;
    ["q", "u", "a", "t", "d", "co2", "price", "cur"].forEach(function (k) { if (form.elements[k]) form.elements[k].value = k === "co2" || k === "price" ? jb.number(s[k]) : s[k]; });
    var open = form.querySelector('[data-open][aria-expanded="true"]');
    if (open) this.pane(open.dataset.open);
  };

  /* The address */

  var plain = ["q", "u", "a", "t", "d", "co2", "price", "cur"];

  // mine are the parameters of the address that are this table's.
  T.mine = function () {
    var me = this, out = [];
    new URLSearchParams(location.search).forEach(function (v, k) {
      if (me.prefix ? k.indexOf(me.prefix) === 0 : !/^\d+\./.test(k)) out.push([k.slice(me.prefix.length), v]);
    });
    return out;
  };

  // read takes the state from the address; what is unknown there is left alone.
  T.read = function () {
    var me = this;
    this.need(function () {
      var s = empty();
      function numeric(v) { return v === "" ? v : isFinite(v) ? +v : null; }
      me.mine().forEach(function (kv) {
        var k = kv[0], v = kv[1], c = me.by[k];
        if (k === "s") s.sort = v.split(",").map(function (x) { return { k: x.replace(/^-/, ""), d: x[0] === "-" ? -1 : 1 }; });
        else if (k === "show" || k === "hide") s[k] = k === "show" && v === "all" ? [v] : v.split(",").filter(function (x) { return me.by[x]; });
        else if (k === "p") s.p = Math.floor(+v) || 1;
        else if (k === "x") { var at = v.indexOf("="); s.x.push([v.slice(0, Math.max(0, at)), v.slice(at + 1)]); }
        else if (plain.indexOf(k) >= 0) s[k] = v;
        else if (c && /\.\./.test(v) && (c.t === "n" || k === "date")) {
          var ends = v.split("..").slice(0, 2);
          if (k !== "date") ends = ends.map(numeric);
          if (ends[0] !== null && ends[1] !== null) s.ranges[k] = ends;
        } else if (c && c.f) (s.facets[k] = s.facets[k] || []).push(v);
      });
      if (amount(s.co2) == null) s.co2 = "";
      if (amount(s.price) == null) s.price = "";
      ["u", "a", "t", "d"].forEach(function (k) {
        var list = me.form.elements[k];
        if (!list || !Array.prototype.some.call(list.options, function (o) { return o.value === s[k]; })) s[k] = "";
      });
      me.wrong = [];
      s.x = s.x.filter(function (x) {
        var f = jb.formula(x[1], function (n) { return me.wrongName(n); });
        if (f.error) me.wrong.push([x[0], x[1], f]);
        return !f.error;
      });
      s.sort = s.sort.filter(function (x) { return me.by[x.k] || /^(co2|price):./.test(x.k) || /^x\d+$/.test(x.k) && +x.k.slice(1) <= s.x.length; });
      me.s = s;
      me.fields();
      me.show();
      if (!me.wrong.length) return;
      me.open("formulas");
      me.nextWrong();
    });
  };

  // write puts the state into the address, and keeps what belongs to others.
  T.write = function (push) {
    var me = this, s = this.s, out = [];
    new URLSearchParams(location.search).forEach(function (v, k) {
      if (me.prefix ? k.indexOf(me.prefix) !== 0 : /^\d+\./.test(k)) put(k, v);
    });
    function put(k, v) { out.push(encodeURIComponent(k) + "=" + encodeURIComponent(v).replace(/%2C/g, ",").replace(/%20/g, "+").replace(/%3A/g, ":")); }
    function set(k, v) { if (v) put(me.prefix + k, v); }
    set("q", s.q.trim());
    set("s", s.sort.map(function (x) { return (x.d < 0 ? "-" : "") + x.k; }).join(","));
    Object.keys(s.facets).forEach(function (k) { s.facets[k].forEach(function (v) { set(k, v); }); });
    Object.keys(s.ranges).forEach(function (k) { set(k, s.ranges[k].join("..")); });
    set("show", s.show.join(","));
    set("hide", s.hide.join(","));
    plain.slice(1).forEach(function (k) { set(k, s[k]); });
    s.x.forEach(function (x) { set("x", x[0] + "=" + x[1]); });
    set("p", s.p > 1 ? String(s.p) : "");
    var q = out.length ? "?" + out.join("&") : "";
    if (q === location.search) return;
    try { history[push ? "pushState" : "replaceState"](null, "", location.pathname + q + location.hash); } catch (e) { /* from disk some browsers refuse */ }
  };

  document.querySelectorAll("form.tbar").forEach(function (form, i) { new Table(form, i); });
})();
