// What scripts add to every page so far: copy buttons. Pages are complete
// without it.
(function () {
  "use strict";
  document.querySelectorAll("pre[data-copy]").forEach(function (pre) {
    if (!navigator.clipboard) return;
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = pre.dataset.copy;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(pre.textContent).then(function () {
        button.textContent = pre.dataset.copied;
        setTimeout(function () { button.textContent = pre.dataset.copy; }, 2000);
      });
    });
    pre.after(button);
  });
})();
