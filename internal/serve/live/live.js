// What serve adds to a page: it hears of each build, loads the page again if the
// page or anything on it changed, swaps styles without that, and shows errors.
// The stream is open only while the page can be seen: browsers allow few
// connections to one host, and a page that comes back hears what it missed.
(function () {
  "use strict";
  var me = document.currentScript, base = me.dataset.base, build = me.dataset.build;
  var watch = JSON.parse(me.dataset.watch), own = "/.jouleboard/";
  var stream = null, host = null, closed = "", last = null;

  // The file of the site that an address names, or "" for other sites.
  function file(address) {
    var u = new URL(address, location.href);
    if (u.origin !== location.origin || u.pathname.indexOf(own) === 0) return "";
    var p = u.pathname.indexOf(base) === 0 ? u.pathname.slice(base.length) : u.pathname.slice(1);
    try { p = decodeURIComponent(p); } catch (e) { return ""; }
    return !p || p.slice(-1) === "/" ? p + "index.html" : p;
  }
  function used() {
    var names = {};
    watch.forEach(function (n) { names[n] = true; });
    performance.getEntriesByType("resource").forEach(function (r) { names[file(r.name)] = true; });
    document.querySelectorAll("img").forEach(function (i) { if (i.currentSrc) names[file(i.currentSrc)] = true; });
    return names;
  }
  function lasting(name) { return name.replace(/\.[0-9a-f]{8,64}(\.css)$/, "$1"); }

  // A new style is loaded beside the old one, which goes when the new one is there.
  function restyle(styles) {
    document.querySelectorAll('link[rel="stylesheet"]').forEach(function (link) {
      var old = file(link.href);
      if (!old || link.dataset.leaving) return;
      styles.forEach(function (name) {
        if (name === old || lasting(name) !== lasting(old)) return;
        var fresh = link.cloneNode();
        fresh.href = link.href.slice(0, link.href.length - old.length) + name;
        link.dataset.leaving = "true";
        fresh.addEventListener("load", function () { link.remove(); });
        fresh.addEventListener("error", function () { location.reload(); });
        link.after(fresh);
      });
    });
  }

  function make(name, text) {
    var e = document.createElement(name);
    if (text) e.textContent = text;
    return e;
  }
  function hide() {
    if (host) host.remove();
    host = null;
  }
  function overlay(failure) {
    hide();
    host = make("jouleboard-errors");
    var root = host.attachShadow({ mode: "open" }), style = make("link"), box = make("section"), head = make("header");
    style.rel = "stylesheet";
    style.href = own + "live.css";
    box.setAttribute("role", "alert");
    box.tabIndex = 0;
    box.setAttribute("aria-label", "Build errors");
    var button = make("button", "Hide");
    button.type = "button";
    button.addEventListener("click", function () { closed = last; hide(); });
    head.append(make("h2", "The build failed: " + failure.summary), button);
    var list = make("ol");
    failure.items.forEach(function (p) {
      var li = make("li");
      if (p.place) li.append(make("code", p.place), " ");
      li.append(p.text, " ");
      if (p.rule) li.append(make("span", "[" + p.rule + "]"));
      if (p.hint) li.append(make("p", "try: " + p.hint));
      list.append(li);
    });
    box.append(head, make("p", "The page shows the last site that could be built. Esc hides these errors."), list);
    root.append(style, box);
    document.body.append(host);
  }
  document.addEventListener("keydown", function (e) {
    if (e.key === "Escape" && host) { closed = last; hide(); }
  });

  function told(m) {
    last = m.build;
    if (m.failure) {
      if (watch[0] === "*") { if (m.build !== build) location.reload(); return; }
      if (closed !== m.build) overlay(m.failure);
      return;
    }
    hide();
    var names = used();
    // A style with a digest in its name is no reason: the new one has another name.
    if (m.all || names["*"] || m.changed.some(function (n) { return names[n] && lasting(n) === n; })) {
      stop();
      location.reload();
      return;
    }
    build = m.build;
    restyle(m.styles);
  }
  function start() {
    if (stream || document.visibilityState === "hidden") return;
    stream = new EventSource(own + "events?build=" + encodeURIComponent(build));
    stream.addEventListener("build", function (e) { told(JSON.parse(e.data)); });
  }
  function stop() {
    if (stream) stream.close();
    stream = null;
  }
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") stop(); else start(); });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  start();
})();
