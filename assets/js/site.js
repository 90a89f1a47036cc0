// What scripts add to every page so far: how the page's language writes numbers
// and what it puts between parts, copy buttons, and lists that choose among the labels of the gallery. Pages are
// complete without it.
(function () {
  "use strict";
  var jb = window.jb = window.jb || {}, d = document.documentElement.dataset;
  var digits = Array.from(d.digits || ""), point = d.decimal || ".";

  // sep is what stands between parts: of a name, of a list, clauses, a name and
  // what is said of it, sentences; and around an aside.
  var sep = JSON.parse(d.sep || '[", ",", ","; ",": ",". "," ({0})"]');
  jb.sep = { part: sep[0], list: sep[1], clause: sep[2], colon: sep[3], sentence: sep[4], aside: sep[5] };
  // kept is a name that keeps its own direction inside a sentence from right to
  // left. An address stays as it is, for those who copy it.
  jb.rtl = document.documentElement.dir === "rtl";
  jb.kept = function (s) { return jb.rtl && /[a-z]/i.test(s) && !/:\//.test(s) ? "\u2068" + s + "\u2069" : s; };

  // number writes what is printed with a point and thin spaces as the page does.
  jb.number = function (s) {
    return String(s).replace(/[.\u202f\d]/g, function (c) { return c === "." ? point : c === "\u202f" ? d.group || c : digits[c] || c; });
  };
  function latin(s) { return Array.from(s, function (c) { var n = digits.indexOf(c); return n < 0 ? c : n; }).join(""); }
  // plain turns the language's digits and its sign before decimals into those of
  // formulas and addresses, letter for letter.
  jb.plain = function (s) { return latin(s).split(point).join("."); };
  // typed reads a number that a reader typed: with a point always, with a comma or
  // the language's sign, and with signs between thousands where nothing else can
  // be meant. What may mean two things stays as it is, and is no number.
  jb.typed = function (s) {
    var g = d.group || (point === "," ? "." : ",");
    s = latin(s).replace(/\s/g, "").replace("\u2212", "-");
    if (new RegExp("^-?\\d{1,3}(\\" + g + "\\d{3})+(\\" + point + "\\d*)?$").test(s) && (d.group && g !== "." || s.split(g).length > 2 || s.indexOf(point) > 0)) s = s.split(g).join("");
    s = s.replace(point, ".");
    return point === "." && /^-?[1-9]\d{0,2},\d{3}$/.test(s) ? s : s.replace(",", ".");
  };
})();

(function () {
  "use strict";
  document.querySelectorAll("pre[data-copy]").forEach(function (pre) {
    if (!navigator.clipboard) return;
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = pre.dataset.copy;
    if (pre.dataset.what) button.setAttribute("aria-label", pre.dataset.copy + window.jb.sep.colon + pre.dataset.what);
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(pre.textContent).then(function () {
        button.textContent = pre.dataset.copied;
        setTimeout(function () { button.textContent = pre.dataset.copy; }, 2000);
      });
    });
    pre.after(button);
  });
})();

// The gallery: two lists choose which labels are shown, and the address keeps
// the choice.
(function () {
  "use strict";
  var form = document.querySelector("form[data-gallery]");
  if (!form) return;
  var cards = document.querySelectorAll(".gallery > li");
  var sections = document.querySelectorAll("section.labels");
  var jump = document.querySelector("[data-gallery-jump]");
  var out = form.querySelector("output");

  function show() {
    var board = form.board.value, model = form.model.value, any = !!(board || model), n = 0;
    cards.forEach(function (li) {
      li.hidden = !!(board && li.dataset.boards.split(" ").indexOf(board) < 0 || model && li.dataset.model !== model);
      if (!li.hidden) n++;
    });
    sections.forEach(function (s) {
      s.hidden = any && !s.querySelector(".gallery > li:not([hidden])");
      // A label stands in the section of its first board; chosen by another one
      // it needs neither that heading nor the list of what else is there.
      s.querySelector(".head").hidden = s.querySelector(".sheet").hidden = !!(board && s.dataset.board !== board);
      var also = s.querySelector(".also");
      if (also) also.hidden = any;
    });
    out.textContent = !n ? out.dataset.none : out.dataset.text.replace("{0}", n).replace("{1}", cards.length);
  }
  function set(select, value) {
    select.value = value || "";
    if (select.selectedIndex < 0) select.value = "";
  }
  function read() {
    var q = new URLSearchParams(location.search);
    set(form.board, q.get("board"));
    set(form.model, q.get("model"));
    show();
  }
  function write() {
    var q = new URLSearchParams(location.search);
    ["board", "model"].forEach(function (k) {
      if (form[k].value) q.set(k, form[k].value); else q.delete(k);
    });
    var s = q.toString();
    try { history.pushState(null, "", location.pathname + (s ? "?" + s : "")); } catch (e) { /* from disk some browsers refuse */ }
    show();
  }
  form.addEventListener("change", write);
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  addEventListener("popstate", read);
  form.hidden = false;
  jump.hidden = true;
  read();
  // What was the place of a link before may have moved.
  if (location.hash) {
    var at = document.getElementById(location.hash.slice(1));
    if (at) at.scrollIntoView();
  }
})();

// The web manifest: named by script, because browsers complain about it on
// pages that are opened from disk.
(function () {
  "use strict";
  var icon = document.querySelector("link[data-manifest]");
  if (!icon || location.protocol === "file:") return;
  var link = document.createElement("link");
  link.rel = "manifest";
  link.href = icon.dataset.manifest;
  document.head.append(link);
})();
