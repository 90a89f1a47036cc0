// Boxes beside the results of a page, and a bar that compares what is ticked.
// Results are links to their pages inside rows of tables; the words are on the
// page's own link to the comparison. What is ticked stays for the visit, so that
// results of several pages can be gathered.
(function () {
  "use strict";
  var link = document.querySelector("a[data-compare-pick]"), MAX = 6;
  if (!link) return;
  var words = link.dataset, sep = window.jb.sep, to = link.getAttribute("href").replace(/\?.*/, ""), place = "compare " + new URL(to, location.href).href;
  // The result that a page is about is ticked from the start.
  var own = /^[0-9a-f]{8,64}$/.test(words.compare) ? words.compare : "", ticked = [];
  var bar = document.createElement("div"), go = document.createElement("a"), names = document.createElement("span"), note = document.createElement("span"), clear = document.createElement("button");
  bar.className = "cmp-bar";
  names.className = "dim";
  note.setAttribute("role", "status");
  clear.type = "button";
  clear.textContent = words.compareClear;
  clear.addEventListener("click", function () {
    ticked = [];
    show();
    (document.querySelector(".cmp-box") || link).focus();
  });
  bar.append(go, clear, names, note);

  // read takes what was ticked on the pages before: pairs of id and name.
  function read() {
    try {
      ticked = JSON.parse(sessionStorage.getItem(place) || "[]").filter(function (x) { return /^[0-9a-f]{8,64}$/.test(x[0]) && x[0] !== own; }).slice(0, MAX - !!own);
    } catch (e) { /* without a store what is ticked stays on its page */ }
  }
  function has(id) { return ticked.some(function (x) { return x[0] === id; }); }
  function show(text) {
    try { sessionStorage.setItem(place, JSON.stringify(ticked)); } catch (e) { /* as above */ }
    var ids = (own ? [own] : []).concat(ticked.map(function (x) { return x[0]; }));
    bar.hidden = !ticked.length;
    go.href = to + "?ids=" + ids.join(",");
    go.textContent = words.comparePick.replace("{0}", ids.length);
    names.textContent = ticked.map(function (x) { return x[1]; }).join(sep.list);
    note.textContent = text || "";
    // A link that stands for nothing yet leads to the same comparison, above the rows.
    if (words.compare === undefined) link.href = ticked.length ? go.href : to;
    // A result may stand in several rows.
    document.querySelectorAll(".cmp-box").forEach(function (b) { b.checked = has(b.dataset.compare); });
  }
  function add(tr) {
    if (tr.querySelector(".cmp-box") || tr.closest("figure")) return;
    var id = null, a = Array.from(tr.querySelectorAll("a")).find(function (x) { return (id = /\/r\/([0-9a-f]{8,64})\/index\.html$/.exec(x.href)); });
    if (!id || id[1] === own) return;
    id = id[1];
    var box = document.createElement("input");
    box.type = "checkbox";
    box.className = "cmp-box";
    box.setAttribute("data-compare", id);
    box.setAttribute("aria-label", words.compareBox.replace("{0}", a.textContent + sep.part + Array.from(tr.cells).filter(function (c) { return !c.contains(a); }).map(function (c) { return c.textContent.trim(); }).slice(0, 8).join(sep.part)));
    box.addEventListener("change", function () {
      if (box.checked && ticked.length + !!own >= MAX && !has(id)) { show(words.compareMax); return; }
      ticked = ticked.filter(function (x) { return x[0] !== id; });
      if (box.checked) ticked.push([id, a.textContent]);
      show();
    });
    box.checked = has(id);
    a.before(box);
  }
  function all() { document.querySelectorAll("main tbody tr").forEach(add); }
  // A table that is sorted or searched writes its rows anew.
  document.querySelectorAll("main tbody").forEach(function (body) {
    new MutationObserver(all).observe(body, { childList: true });
  });
  document.querySelector("main").append(bar);
  all();
  // Back may bring a page as it was left.
  addEventListener("pageshow", function () { read(); show(); });
  read();
  show();
})();
