// Boxes beside the results of a page, and a link that compares what is ticked.
// Results are links to their pages inside rows of tables; the words are on the
// page's own link to the comparison.
(function () {
  "use strict";
  var link = document.querySelector("a[data-compare-pick]"), MAX = 6;
  if (!link) return;
  // The result that a page is about is ticked from the start.
  var own = /^[0-9a-f]{8,64}$/.test(link.dataset.compare) ? link.dataset.compare : "", ticked = own ? [own] : [];
  var bar = document.createElement("p"), go = document.createElement("a"), note = document.createElement("span");
  bar.className = "cmp-bar";
  bar.hidden = true;
  note.setAttribute("role", "status");
  bar.append(go, " ", note);
  function show(text) {
    bar.hidden = ticked.length <= (own ? 1 : 0);
    go.href = link.getAttribute("href").replace(/\?.*/, "") + "?ids=" + ticked.join(",");
    go.textContent = link.dataset.comparePick.replace("{0}", ticked.length);
    note.textContent = text || "";
  }
  function add(tr) {
    if (tr.querySelector(".cmp-box")) return;
    var id = null, a = Array.from(tr.querySelectorAll("a")).find(function (x) { return (id = /\/r\/([0-9a-f]{8,64})\/index\.html$/.exec(x.href)); });
    if (!id || id[1] === own || tr.closest("figure")) return;
    var box = document.createElement("input");
    box.type = "checkbox";
    box.className = "cmp-box";
    box.setAttribute("data-compare", id[1]);
    box.setAttribute("aria-label", link.dataset.compareBox.replace("{0}", a.textContent + ", " + Array.from(tr.cells).filter(function (c) { return !c.contains(a); }).map(function (c) { return c.textContent.trim(); }).slice(0, 8).join(", ")));
    box.addEventListener("change", function () {
      if (box.checked && ticked.length >= MAX && ticked.indexOf(id[1]) < 0) {
        box.checked = false;
        show(link.dataset.compareMax);
        return;
      }
      ticked = ticked.filter(function (x) { return x !== id[1]; }).concat(box.checked ? id[1] : []);
      // A result may stand in several rows.
      document.querySelectorAll(".cmp-box").forEach(function (b) { b.checked = ticked.indexOf(b.dataset.compare) >= 0; });
      show();
    });
    box.checked = ticked.indexOf(id[1]) >= 0;
    a.before(box);
  }
  function all() { document.querySelectorAll("main tbody tr").forEach(add); }
  all();
  // A table that is sorted or searched writes its rows anew.
  document.querySelectorAll("main tbody").forEach(function (body) {
    new MutationObserver(all).observe(body, { childList: true });
  });
  document.querySelector("main").append(bar);
})();
