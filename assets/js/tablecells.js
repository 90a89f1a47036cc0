// How cells are written: the same markup and the same digits as the pages have
// without scripts, from the values of a table's data file.
(function () {
  "use strict";
  var jb = window.jb = window.jb || {};
  var escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
  function esc(s) { return String(s).replace(/[&<>"']/g, function (c) { return escapes[c]; }); }
  jb.esc = esc;

  // group puts thin spaces between thousands, and a true minus in front.
  function group(s) {
    var neg = s[0] === "-", parts = s.replace("-", "").split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, "\u202f");
    return (neg ? "\u2212" : "") + parts.join(".");
  }

  // decimals of a number printed with significant digits; -1 asks for exponents.
  function decimals(v, digits) {
    var a = Math.abs(v);
    if (a < 1e-4 || a >= 1e15) return -1;
    return Math.max(0, digits - 1 - +v.toExponential(digits - 1).split("e")[1]);
  }
  function exponent(v, digits) {
    return v.toExponential(digits - 1).replace(/e([+-])(\d)$/, "e$10$2");
  }

  // fixed rounds what lies exactly between two digits to the even one, as the
  // pages do; browsers round it up.
  function fixed(v, dec) {
    var up = v.toFixed(dec), a = Math.abs(v), tens = Math.pow(10, dec);
    if (a * Math.pow(2, dec + 1) % 1 || a * tens % 1 !== 0.5 || "13579".indexOf(up[up.length - 1]) < 0) return up;
    return (Math.floor(a * tens) / tens * (v < 0 ? -1 : 1)).toFixed(dec);
  }

  // sig prints significant digits; 0 of them prints the number as it is.
  function sig(v, digits) {
    if (v === 0) return "0";
    if (!digits) return jb.number(group(String(v)));
    var dec = decimals(v, digits);
    return jb.number(dec < 0 ? exponent(v, digits) : group(fixed(v, dec)));
  }
  jb.sig = sig;

  // plusMinus prints an interval as what may be added and taken away.
  function plusMinus(v, lo, hi, digits) {
    if (v < lo || v > hi) return sig(lo, digits) + "–" + sig(hi, digits);
    var dec = v ? decimals(v, digits) : 0;
    function half(d) {
      if (dec < 0) return sig(d, 2);
      var t = fixed(d, dec);
      return d > 0 && !+t ? sig(d, 1) : jb.number(t);
    }
    var up = half(hi - v), down = half(v - lo);
    return up === down ? "±\u202f" + up : "+" + up + " −" + down;
  }

  function missing(why, num) {
    why = esc(why);
    return "<td" + (num ? ' class="n"' : "") + '><abbr title="' + why + '">–<span class="vh"> ' + why + "</span></abbr></td>";
  }
  function small(tag, cls, s) { return s ? tag + '<span class="' + cls + '">' + esc(s) + "</span>" : ""; }

  // cell writes the cell of column c in row i. f is what values are multiplied by
  // before they are printed, for another unit.
  jb.cell = function (data, c, i, f) {
    var d, v, text, sub = "";
    switch (c.t) {
    case "m":
      text = '<th scope="row"><a href="' + esc(data.r + data.h[i]) + '/index.html">' + esc(c.w[c.i[i]][0]) + "</a>";
      d = c.fl && c.fl[i];
      if (d) text += ' <a class="state flag" href="' + (/^https?:/.test(d[0]) ? esc(d[0]) : "#") + '">' + esc(d[1]) + "</a>";
      v = c.ms[c.m[i]];
      return text + '<span class="org">' + esc(c.os[c.o[i]]) + (v[0] ? ' <abbr title="' + esc(v[1]) + '">' + esc(v[0]) + "</abbr>" : "") + "</span></th>";
    case "r":
      if (c.lo[i] == null) return missing(c.x, true);
      return '<td class="n rank">' + c.lo[i] + (c.hi[i] > c.lo[i] ? "–" + c.hi[i] : "") + "</td>";
    case "n":
      v = c.v[i];
      if (v == null) return missing(reason(c, i), true);
      if (c.w) { // printed with its words
        d = c.w[c.i[i]];
        return '<td class="n">' + esc(d[0]) + (d[1] ? ' <span class="u">' + esc(d[1]) + "</span>" : "") + "</td>";
      }
      text = sig(v * f, c.g);
      if (c.lo && c.lo[i] != null) sub = plusMinus(v * f, c.lo[i] * f, c.hi[i] * f, c.g);
      if (c.bar != null) {
        return '<td class="n bar"><span class="track"><svg aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 10"><rect x="0" y="1" width="' +
          (c.bar > 0 ? (100 * v / c.bar).toFixed(1) : "0") + '" height="8"></rect></svg><b>' + text + "</b></span>" + small("", "org", sub) + "</td>";
      }
      return '<td class="n">' + text + small(" ", "u", sub) + "</td>";
    }
    d = c.w && c.w[c.i[i]];
    if (!d) return missing(reason(c, i), c.num);
    if (c.t === "h") return "<td>" + d[0] + "</td>"; // made by this site's own templates
    if (c.t === "l") {
      v = d[2] && modelOf(data, i) ? d[2].replace("{model}", function () { return modelOf(data, i); }) : d[2];
      return '<td><a href="' + esc(data.r + data.h[i] + "/" + d[1]) + '"' + (v ? ' aria-label="' + esc(v) + '"' : "") + ">" + esc(d[0]) + "</a></td>";
    }
    if (d[2] === "stacked") return '<td class="stacked">' + esc(d[0]) + small("", "org", d[1]) + "</td>";
    return "<td" + (d[2] ? ' class="' + esc(d[2]) + '"' : c.num ? ' class="n"' : "") + ">" + esc(d[0]) + small(" ", "u", d[1]) + "</td>";
  };

  function reason(c, i) {
    for (var why in c.xx || {}) if (c.xx[why].indexOf(i) >= 0) return why;
    return c.x;
  }
  function modelOf(data, i) {
    var m = data.c.find(function (c) { return c.t === "m"; });
    return m && m.w[m.i[i]][0];
  }
})();
