// The page that sets results side by side. The address holds the choice: ids is
// a list of results (at least eight digits of an id) and models (ORG/NAME, with
// @BOARD for the row that it stands for). Data come as scripts that call
// jouleboardCompare, because a page opened from disk cannot fetch.
(function () {
  "use strict";
  var root = document.querySelector("[data-compare-page]");
  if (!root) return;
  var info = JSON.parse(root.querySelector(".compare-info").textContent), W = info.words, S = window.jb.sep, MAX = 6;
  var form = root.querySelector("form"), field = form.querySelector("input"), found = form.querySelector("ul");
  var status = root.querySelector(".cmp-status"), out = root.querySelector(".cmp-out");
  var how = document.querySelector(".cmp-how"), boards = document.querySelector(".cmp-boards");
  var files = new Map(), asked = new Map(), turn = 0, focusOn = null, tokens = [];

  window.jouleboardCompare = function (name, data) { files.set(name, data); };

  // load brings one file of data, once.
  function load(name) {
    if (!asked.has(name)) asked.set(name, new Promise(function (done, fail) {
      var s = document.createElement("script");
      s.src = name + ".js";
      s.onload = function () { if (files.has(name)) done(files.get(name)); else fail(new Error(name)); };
      s.onerror = function () { asked.delete(name); fail(new Error(name)); };
      document.head.append(s);
    }));
    return asked.get(name);
  }

  function say(text) {
    var args = arguments;
    return text.replace(/\{(\d)\}/g, function (all, i) { return args[+i + 1] === undefined ? all : window.jb.kept(args[+i + 1]); });
  }
  // el makes an element; texts become text nodes, so nothing in them is markup.
  function el(name, attrs) {
    var svg = /^(svg|rect|line|text|use)$/.test(name);
    var e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (var k in attrs) {
      if (k === "on") e.addEventListener("click", attrs.on);
      else if (attrs[k] !== null && attrs[k] !== undefined) e.setAttribute(k, attrs[k]);
    }
    for (var i = 2; i < arguments.length; i++) e.append(...[].concat(arguments[i]).filter(function (c) { return c !== null; }));
    return e;
  }
  function norm(t) { return (t || "").trim().toLowerCase(); }
  function short(name) { return name.slice(name.indexOf("/") + 1); }
  function page(r) { return "../r/" + r.hash + "/index.html"; }

  // The address.
  function read() {
    var m = /[?&]ids=([^&]*)/.exec(location.search), seen = [];
    (m ? m[1].split(",") : []).forEach(function (t) {
      try { t = decodeURIComponent(t.replace(/\+/g, " ")).trim(); } catch (e) { /* stays as it is */ }
      if (t && seen.indexOf(t) < 0) seen.push(t);
    });
    return seen;
  }
  function query(list) {
    return list.length ? "?ids=" + list.map(function (t) { return encodeURIComponent(t).replace(/%2F/g, "/").replace(/%40/g, "@"); }).join(",") : "";
  }
  function go(list, text) {
    tokens = list;
    try { history.pushState(null, "", location.pathname + query(list)); } catch (e) { /* from disk some browsers refuse */ }
    show(text);
  }

  // resolve finds what a part of the address means.
  function resolve(token) {
    var open = { token: token, problem: say(W.unknown, token) };
    if (/^[0-9a-f]{8,64}$/i.test(token)) return result(token.toLowerCase()).then(function (r) { return Object.assign({ token: token }, r); });
    var m = /^([^@]+)(?:@(.*))?$/.exec(token);
    if (!m || token.indexOf("/") < 0) return Promise.resolve(Object.assign(open, { problem: say(W.open, token) }));
    return load("models").then(function (list) {
      var hit = list.find(function (x) { return x[0] === m[1] || x[1] === m[1]; });
      if (!hit) return open;
      return load("m/" + hit[0]).then(function (model) { return { token: token, path: hit[0], model: model, board: m[2] || "" }; });
    });
  }
  function result(id) {
    return load("r/" + id.slice(0, info.digits)).then(function (list) {
      var hits = list.filter(function (r) { return r.id.indexOf(id) === 0 || id.indexOf(r.id) === 0; });
      if (!hits.length) return { problem: say(W.unknown, id) };
      if (hits.length > 1) return { problem: say(W.ambiguous, id) };
      return hits[0].withdrawn ? { problem: say(W.withdrawn, id, hits[0].withdrawn), page: page(hits[0]) } : { result: hits[0] };
    });
  }
  // settle gives each model its result: the row of the board that was chosen, or
  // of one that another of the chosen has too.
  function settle(items) {
    var have = [];
    items.forEach(function (i) { if (i.result) have = have.concat(i.result.boards); if (i.board) have.push(i.board); });
    items.forEach(function (i) {
      if (i.model && !i.board) i.model.boards.forEach(function (b) { have.push(b[0]); });
    });
    return Promise.all(items.map(function (i) {
      if (!i.model) return i;
      var rows = i.model.boards, row = rows.find(function (b) { return b[0] === i.board; });
      if (i.board && !row) i.problem = say(W.norow, i.model.name, i.board);
      if (!i.board) {
        var best = 0;
        rows.forEach(function (b) {
          var n = have.filter(function (x) { return x === b[0]; }).length;
          if (n > best) { best = n; row = b; }
        });
      }
      var hash = row ? row[2] : !i.board && i.model.others.length ? i.model.others[0][0] : "";
      if (!hash) return i;
      i.row = row;
      return result(hash).then(function (r) { return Object.assign(i, r); });
    }));
  }

  function show(text) {
    var now = ++turn, list = tokens.slice(0, MAX), problems = [];
    root.setAttribute("aria-busy", "true");
    if (tokens.length > MAX) problems.push([say(W.over, MAX, tokens.slice(MAX).join(S.list))]);
    Promise.all(list.map(function (t) {
      return resolve(t).catch(function () { return { token: t, problem: say(W.failed, t) }; });
    })).then(settle).then(function (items) {
      if (now !== turn) return;
      items.forEach(function (i) { if (i.problem) problems.push([i.problem, i.page]); });
      draw(items, problems);
      status.textContent = text || (items.length ? say(W.few, items.length, MAX) : W.none);
      if (focusOn) {
        var f = out.querySelector('[data-k="' + focusOn + '"]');
        (f && !f.disabled ? f : field).focus();
        focusOn = null;
      }
    }).catch(function () {
      if (now === turn) status.textContent = say(W.failed, list.join(S.list));
    }).then(function () {
      if (now === turn) root.removeAttribute("aria-busy");
    });
  }

  // The list of the chosen, with what moves and removes them.
  function nameOf(i) { return i.result ? short(i.result.model) : i.model ? short(i.model.name) : i.token; }
  function chosen(items) {
    var seen = {};
    return el("section", { class: "cmp-chosen", "aria-label": W.results }, el("ol", {}, items.map(function (i, at) {
      var name = nameOf(i);
      function button(kind, words, mark, off, to) {
        var b = el("button", { type: "button", "data-k": kind + at, "aria-label": say(words, name + S.aside.replace("{0}", at + 1)), on: function () {
          var list = items.map(function (x) { return x.token; }).concat(tokens.slice(MAX));
          list.splice(at, 1);
          if (to !== undefined) list.splice(to, 0, i.token);
          focusOn = to === undefined ? "remove" + Math.max(0, Math.min(at, list.length - 1)) : kind + to;
          // At an end the button that leads on is off; its pair takes the focus.
          if (kind === "earlier" && to === 0) focusOn = "later0";
          if (kind === "later" && to === items.length - 1) focusOn = "earlier" + to;
          go(list, to === undefined ? say(W.removed, name) : say(W.moved, name, to + 1));
        } }, mark);
        if (off) b.disabled = true;
        return b;
      }
      var li = el("li", { "data-token": i.token }, el("p", {}, i.result ? el("a", { href: page(i.result) }, name) : name,
        el("span", { class: "org" }, i.result ? i.result.setup : i.problem || "")));
      if (i.result && i.result.flag) li.append(el("p", { class: "state flag" }, say(W.flagged, i.result.flag)));
      if (i.model) {
        var s = el("select", { "aria-label": say(W.board, name), "data-k": "choose" + at });
        i.model.boards.forEach(function (b) { s.append(el("option", { value: i.path + "@" + b[0] }, b[1] + S.colon + b[3])); });
        if (i.model.others.length) s.append(el("optgroup", { label: W.others }, i.model.others.map(function (o) { return el("option", { value: o[0] }, o[1]); })));
        if (!i.result) s.prepend(el("option", { value: "" }, W.choose));
        s.value = !i.result ? "" : i.row ? i.path + "@" + i.row[0] : i.result.hash;
        s.addEventListener("change", function () {
          if (!s.value) return;
          var list = items.map(function (x) { return x.token; }).concat(tokens.slice(MAX));
          list[at] = s.value;
          focusOn = "choose" + at;
          go(list.filter(function (t, j) { return list.indexOf(t) === j; }));
        });
        li.append(s);
      }
      li.append(el("p", { class: "cmp-buttons" }, button("earlier", W.earlier, window.jb.rtl ? "→" : "←", at === 0, at - 1), button("later", W.later, window.jb.rtl ? "←" : "→", at === items.length - 1, at + 1), button("remove", W.remove, "×")));
      return li;
    })));
  }

  // unlike names the strict conditions in which two results differ. Rows of one
  // board have the load that its operating point picked for each, and what else
  // differs between them is what that board leaves free.
  function unlike(a, b) {
    var shared = a.boards.some(function (x) { return b.boards.indexOf(x) >= 0; });
    return { shared: shared, list: info.conditions.filter(function (c) {
      return c.strict && norm(a.conditions[c.key]) !== norm(b.conditions[c.key]) && !(c.key === "load" && shared);
    }) };
  }
  function lower(list) { return list.map(function (c) { return c.lower; }).join(S.list); }

  function scroll(label, table) { return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, table); }
  function heads(first, rs) {
    return el("thead", {}, el("tr", {}, el("th", { scope: "col" }, first), rs.map(function (r, i) {
      return el("th", { scope: "col" }, (i + 1) + " ", el("a", { href: page(r) }, short(r.model)), el("span", { class: "u" }, r.setup));
    })));
  }

  function conditions(rs, apart) {
    var differ = [], same = [];
    info.conditions.forEach(function (c) {
      var vs = rs.map(function (r) { return norm(r.conditions[c.key]); });
      if (vs.every(function (v) { return v === vs[0]; })) { if (vs[0]) same.push(c); } else differ.push(c);
    });
    function some(shared) {
      return differ.filter(function (c) { return apart.some(function (a) { return a.shared === shared && a.list.indexOf(c) >= 0; }); });
    }
    var strict = some(false), free = some(true);
    var box = el("section", { class: "cmp-differ" }, el("h2", {}, W.different),
      strict.length ? el("p", { class: "banner" }, say(W.differs, strict.map(function (c) { return c.different[0].toLowerCase() + c.different.slice(1); }).join(S.list))) :
        el("p", { class: "cmp-like" }, free.length ? say(W.shared, lower(free)) : W.like));
    if (differ.length) box.append(scroll(W.different, el("table", { class: "full cmp-table" }, heads(W.condition, rs), el("tbody", {}, differ.map(function (c) {
      return el("tr", { "data-cond": c.key, class: strict.concat(free).indexOf(c) >= 0 ? "cmp-strict" : null }, el("th", { scope: "row" }, c.different), rs.map(function (r) {
        var v = r.conditions[c.key];
        return el("td", {}, v || el("span", { class: "dim" }, W.missing));
      }));
    })))));
    if (same.length) box.append(el("details", { class: "cmp-same" }, el("summary", {}, say(W.same, same.length)), el("dl", { class: "pairs" }, [].concat(...same.map(function (c) {
      return [el("dt", {}, c.name), el("dd", {}, rs[0].conditions[c.key])];
    })))));
    if (differ.some(function (c) { return c.key === "load"; }) && strict.every(function (c) { return c.key !== "load"; })) box.append(el("p", { class: "note" }, W.notcommon));
    return box;
  }

  // Numbers: one line a metric, in the order of the registry.
  function number(r, key) {
    return r.numbers.find(function (n) { return n[0] === key; });
  }
  function lines(rs) {
    return info.metrics.map(function (m) {
      return { key: m[0], name: m[1], unit: m[2], url: m[3], cells: rs.map(function (r) { return number(r, m[0]); }) };
    }).filter(function (l) { return l.cells.some(Boolean); });
  }
  function ratio(a, b) {
    if (!a || !b || !(a[1] > 0)) return null;
    var r = { value: b[1] / a[1] };
    if (a[3] && b[3] && a[3][0] > 0 && b[3][0] >= 0) { r.lo = b[3][0] / a[3][1]; r.hi = b[3][1] / a[3][0]; }
    return r;
  }
  function digits(v) { return window.jb.number(v >= 1000 ? Math.round(v) : v >= .001 ? v.toPrecision(3) : v.toExponential(2)); }

  function numbers(rs, ls, apart) {
    var group = rs[0].group, body = el("tbody", {});
    var rated = group && rs.some(function (r, i) { return i && r.group === group; });
    if (rated) body.append(el("tr", { "data-key": "stars" }, el("th", { scope: "row" }, say(W.rating, rs[0].scale)), rs.map(function (r) {
      return el("td", {}, r.group === group ? r.stars : el("span", { class: "dim" }, W.rated));
    })));
    ls.forEach(function (l) {
      body.append(el("tr", { "data-key": l.key }, el("th", { scope: "row" }, el("a", { href: l.url }, l.name), l.unit ? el("span", { class: "u" }, l.unit) : null), l.cells.map(function (n, i) {
        if (!n) return el("td", { class: "dim" }, W.missing);
        var td = el("td", {}, el("b", {}, n[2]), el("span", { class: "org" }, n[4] || W.nointerval, S.part, n[5]));
        var q = i ? ratio(l.cells[0], n) : null;
        if (q) {
          td.append(el("span", { class: "cmp-ratio" }, "× " + digits(q.value), " ", el("span", { class: "dim" }, q.lo === undefined ? W.nointerval : digits(q.lo) + "–" + digits(q.hi))));
          if (apart[i].list.length) td.append(el("span", { class: apart[i].shared ? "org" : "cmp-unlike" }, say(apart[i].shared ? W.free : W.unlike, lower(apart[i].list))));
        }
        return td;
      })));
    });
    return el("section", { class: "cmp-numbers" }, el("h2", {}, W.numbers), el("p", { class: "note" }, W.ratiohow, " ", W.tablenote, " ", rated ? "" : W.stars),
      scroll(W.numbers, el("table", { class: "full cmp-table" }, heads(W.metric, rs), body)));
  }

  // Small multiples: bars from zero with their intervals.
  function bars(l, rs, apart) {
    var h = 22, top = Math.max(...l.cells.map(function (n) { return n ? Math.max(n[1], n[3] ? n[3][1] : 0) : 0; })) || 1;
    var svg = el("svg", { viewBox: "0 0 300 " + (rs.length * h + 2), role: "img", direction: "ltr", "aria-label": l.name + S.colon + l.cells.map(function (n, i) {
      return (i + 1) + " " + short(rs[i].model) + " " + (n ? n[2] + " " + l.unit + (n[4] ? S.part + n[4] : "") : W.missing);
    }).join(S.clause) });
    svg.append(el("line", { x1: 17, x2: 17, y1: 0, y2: rs.length * h, class: "c-lines" }));
    l.cells.forEach(function (n, i) {
      var y = i * h + 3, mid = y + 8;
      function x(v) { return 17 + 205 * Math.max(0, v) / top; }
      svg.append(el("text", { x: 0, y: mid + 4, class: "c-dim", "font-size": 12 }, String(i + 1)));
      if (!n) { svg.append(el("text", { x: 22, y: mid + 4, class: "c-dim", "font-size": 12 }, W.missing)); return; }
      svg.append(el("rect", { x: 17, y: y, width: Math.max(0, x(n[1]) - 17), height: 16, class: apart[i].list.length && !apart[i].shared ? "cmp-hollow" : "c-accent" }));
      if (n[3]) [[x(n[3][0]), x(n[3][1]), mid, mid], [x(n[3][0]), x(n[3][0]), mid - 4, mid + 4], [x(n[3][1]), x(n[3][1]), mid - 4, mid + 4]].forEach(function (p) {
        svg.append(el("line", { x1: p[0], x2: p[1], y1: p[2], y2: p[3], class: "c-papers", "stroke-width": 4 }), el("line", { x1: p[0], x2: p[1], y1: p[2], y2: p[3], class: "c-inks", "stroke-width": 1.5 }));
      });
      svg.append(el("text", { x: 300, y: mid + 4, class: "c-ink", "font-size": 12, "text-anchor": "end" }, n[2]));
    });
    return el("figure", { class: "cmp-bars" }, el("figcaption", {}, l.name, " ", el("span", { class: "u" }, l.unit)), svg);
  }
  function multiples(rs, ls, apart) {
    ls = ls.filter(function (l) { return l.cells.filter(Boolean).length > 1; });
    if (!ls.length) return null;
    function grid(some) { return el("div", { class: "cmp-grid" }, some.map(function (l) { return bars(l, rs, apart); })); }
    var box = el("section", {}, el("h2", {}, W.figures), el("p", { class: "note" }, el("bdi", {}, rs.map(function (r, i) { return (i + 1) + " " + short(r.model); }).join(S.list)), S.sentence, W.outlined), grid(ls.slice(0, 12)));
    if (ls.length > 12) box.append(el("details", {}, el("summary", {}, say(W.more, ls.length - 12)), grid(ls.slice(12))));
    return box;
  }

  // Link, citations and CSV.
  function safe(v) {
    if (typeof v === "number") return String(v);
    v = v || "";
    v = v.replace(/(^|[;\t])( *[=+@\t\r\n＝＋－＠-])/g, "$1'$2");
    return /[",\r\n]/.test(v) ? '"' + v.replace(/"/g, '""') + '"' : v;
  }
  function csv(rs, ls, apart) {
    var rows = [["result", "model", "kind", "key", "name", "value", "unit", "ci95_low", "ci95_high", "provenance", "ratio_to_first", "ratio_low", "ratio_high", "differs_from_first", "shares_board_with_first"]];
    rs.forEach(function (r, i) {
      var far = apart[i].list.map(function (c) { return c.key; }).join(" "), same = i ? apart[i].shared ? "yes" : "no" : "";
      info.conditions.forEach(function (c) { if (r.conditions[c.key]) rows.push([r.id, r.model, "condition", c.key, c.name, r.conditions[c.key], "", "", "", "", "", "", "", far, same]); });
      ls.forEach(function (l) {
        var n = l.cells[i], q = i && n ? ratio(l.cells[0], n) || {} : {};
        if (n) rows.push([r.id, r.model, "number", l.key, l.name, n[1], l.unit, n[3] ? n[3][0] : "", n[3] ? n[3][1] : "", n[5], q.value, q.lo, q.hi, far, same]);
      });
    });
    return rows.map(function (row) { return row.map(safe).join(","); }).join("\r\n") + "\r\n";
  }
  function copied(text, label) {
    var box = [el("pre", { tabindex: "0", role: "region", "aria-label": label }, text)];
    if (navigator.clipboard) box.push(el("button", { type: "button", "aria-label": W.copy + S.colon + label, on: function (e) {
      navigator.clipboard.writeText(text).then(function () { e.target.textContent = W.copied; setTimeout(function () { e.target.textContent = W.copy; }, 2000); });
    } }, W.copy));
    return box;
  }
  function share(rs, ls, apart) {
    var here = info.address || location.href.replace(/[?#].*$/, ""), to = here + query(rs.map(function (r) { return r.hash; }));
    return el("section", { class: "cite" }, el("h2", {}, W.cite), copied(to, W.link),
      copied(say(W.citetext, rs.map(function (r) { return r.title; }).join(S.clause), info.site, info.newest, to), W.cite),
      el("details", {}, el("summary", {}, W.citeeach), copied(rs.map(function (r) { return r.cite.trim(); }).join("\n\n"), W.citeeach)),
      el("p", {}, el("button", { type: "button", class: "cmp-csv", on: function () {
        var a = el("a", { download: "compare-" + rs.map(function (r) { return r.hash; }).join("-") + ".csv", href: URL.createObjectURL(new Blob([csv(rs, ls, apart)], { type: "text/csv" })) });
        a.click();
        setTimeout(function () { URL.revokeObjectURL(a.href); }, 60000);
      } }, W.csv)));
  }

  function draw(items, problems) {
    var rs = [], parts = [];
    items.forEach(function (i) { if (i.result && rs.indexOf(i.result) < 0) rs.push(i.result); });
    how.hidden = boards.hidden = rs.length > 0;
    if (items.length) parts.push(chosen(items));
    if (problems.length) parts.push(el("ul", { class: "banner cmp-problems" }, problems.map(function (p) { return el("li", {}, p[1] ? el("a", { href: p[1] }, p[0]) : p[0]); })));
    if (rs.length) {
      var ls = lines(rs), apart = rs.map(function (r) { return unlike(rs[0], r); });
      parts.push(rs.length > 1 ? conditions(rs, apart) : el("p", { class: "note" }, W.fewer), numbers(rs, ls, apart));
      if (rs.length > 1) parts.push(multiples(rs, ls, apart), share(rs, ls, apart));
    }
    out.replaceChildren(...parts.filter(Boolean));
  }

  // The search field.
  function add(token, name) {
    if (tokens.indexOf(token) < 0) {
      if (tokens.length >= MAX) { status.textContent = say(W.max, MAX); status.classList.add("warn"); return; }
      go(tokens.concat(token), say(W.added, name, tokens.length + 1, MAX));
    }
    field.value = "";
    found.replaceChildren();
    field.focus();
  }
  function search() {
    var q = field.value.trim(), id = /(?:^|\/r\/)([0-9a-f]{8,64})(?=[/?#]|$)/i.exec(q);
    status.classList.remove("warn");
    function offer(token, name) { return el("li", {}, el("button", { type: "button", on: function () { add(token, name); } }, say(W.add, name))); }
    if (!q) { found.replaceChildren(); return; }
    if (id) { found.replaceChildren(offer(id[1].toLowerCase(), id[1].toLowerCase().slice(0, info.hash))); return; }
    load("models").then(function (list) {
      if (q !== field.value.trim()) return;
      var words = norm(q).split(/\s+/), hits = list.filter(function (m) {
        return words.every(function (w) { return m[1].toLowerCase().indexOf(w) >= 0; });
      });
      found.replaceChildren(...hits.slice(0, 8).map(function (m) { return offer(m[0], m[1]); }));
      if (!hits.length) found.replaceChildren(el("li", { class: "dim" }, W.nomatch));
    }, function () { status.textContent = say(W.failed, q); });
  }
  field.addEventListener("input", search);
  form.addEventListener("submit", function (e) {
    e.preventDefault();
    var b = found.querySelector("button");
    if (b) b.click();
  });
  addEventListener("popstate", function () { tokens = read(); show(); });
  form.hidden = false;
  root.querySelector(".cmp-off").hidden = true;
  tokens = read();
  show();
})();
