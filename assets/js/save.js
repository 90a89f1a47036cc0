// Pictures of figures that are not files of the site: each [data-save] gets buttons
// for those of SVG, PDF and PNG that it has no link for. They are made here from
// the drawing in the page, in the colours of light paper that data-paints lists,
// so that hundreds of small figures need not be stored three times over.
(function () {
  "use strict";
  var SCALE = 3; // pixels of a picture for one of the drawing

  // source is the drawing as a file of its own, with its size in CSS pixels.
  function source(el) {
    var svg = el.querySelector(".wide svg").cloneNode(true), box = svg.getAttribute("viewBox").split(" ").map(Number), paints = {};
    el.getAttribute("data-paints").split(" ").forEach(function (p) { p = p.split(":"); paints[p[0]] = p[1]; });
    svg.querySelectorAll("[class]").forEach(function (n) {
      n.getAttribute("class").split(" ").forEach(function (c) {
        if (paints[c]) n.setAttribute("fill", paints[c]);
        else if (paints[c.slice(0, -1)]) n.setAttribute("stroke", paints[c.slice(0, -1)]);
      });
      n.removeAttribute("class");
    });
    var w = box[2] * 96 / 25.4, h = box[3] * 96 / 25.4; // drawings are in mm
    svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    svg.setAttribute("width", box[2] + "mm");
    svg.setAttribute("height", box[3] + "mm");
    svg.setAttribute("font-family", "system-ui, sans-serif");
    return { text: new XMLSerializer().serializeToString(svg), w: w, h: h };
  }

  function canvas(src, done) {
    var img = new Image();
    img.onload = function () {
      var c = document.createElement("canvas"), g = c.getContext("2d");
      c.width = Math.round(src.w * SCALE);
      c.height = Math.round(src.h * SCALE);
      g.fillStyle = "#fff";
      g.fillRect(0, 0, c.width, c.height);
      g.drawImage(img, 0, 0, c.width, c.height);
      done(c, g);
    };
    img.src = "data:image/svg+xml," + encodeURIComponent(src.text);
  }

  // pdf is a page of the picture's size that holds its pixels, without loss.
  function pdf(src, c, g, done) {
    var px = g.getImageData(0, 0, c.width, c.height).data, rgb = new Uint8Array(px.length / 4 * 3);
    for (var i = 0, j = 0; i < px.length; i++) if (i % 4 < 3) rgb[j++] = px[i];
    new Response(new Blob([rgb]).stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer().then(function (data) {
      var w = (src.w * 0.75).toFixed(2), h = (src.h * 0.75).toFixed(2), draw = "q " + w + " 0 0 " + h + " 0 0 cm /I Do Q", at = 0, starts = [], parts = [];
      function put(x) { parts.push(x); at += x.length || x.byteLength; }
      function object(dict, stream) {
        starts.push(at);
        put(starts.length + " 0 obj\n" + dict);
        if (stream) { put("\nstream\n"); put(stream); put("\nendstream"); }
        put("\nendobj\n");
      }
      put("%PDF-1.4\n");
      object("<</Type/Catalog/Pages 2 0 R>>");
      object("<</Type/Pages/Count 1/Kids[3 0 R]>>");
      object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 " + w + " " + h + "]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>");
      object("<</Length " + draw.length + ">>", draw);
      object("<</Type/XObject/Subtype/Image/Width " + c.width + "/Height " + c.height + "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode/Length " + data.byteLength + ">>", data);
      var table = at;
      put("xref\n0 6\n0000000000 65535 f \n" + starts.map(function (s) { return ("000000000" + s).slice(-10) + " 00000 n \n"; }).join(""));
      put("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n" + table + "\n%%EOF\n");
      done(new Blob(parts, { type: "application/pdf" }));
    });
  }

  function save(blob, name) {
    var a = document.createElement("a");
    a.href = URL.createObjectURL(blob);
    a.download = name;
    a.click();
    setTimeout(function () { URL.revokeObjectURL(a.href); }, 60000);
  }

  var makers = {
    SVG: function (src, done) { done(new Blob([src.text], { type: "image/svg+xml" })); },
    PDF: function (src, done) { canvas(src, function (c, g) { pdf(src, c, g, done); }); },
    PNG: function (src, done) { canvas(src, function (c) { c.toBlob(done, "image/png"); }); }
  };

  document.querySelectorAll("[data-save]").forEach(function (el) {
    var links = el.querySelector(".figlinks"), last = null;
    ["SVG", "PDF", "PNG"].forEach(function (kind) {
      var b = Array.from(links.querySelectorAll("a")).find(function (a) { return a.textContent === kind; });
      if (!b && (kind !== "PDF" || window.CompressionStream)) {
        b = document.createElement("button");
        b.type = "button";
        b.textContent = kind;
        b.setAttribute("aria-label", kind + window.jb.sep.colon + el.getAttribute("data-title"));
        b.addEventListener("click", function () {
          var src = source(el);
          makers[kind](src, function (blob) { save(blob, el.getAttribute("data-save") + "." + kind.toLowerCase()); });
        });
        links.insertBefore(b, last ? last.nextSibling : links.firstChild);
      }
      last = b || last;
    });
  });
})();
