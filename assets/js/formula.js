// Formulas that a reader types into a table: numbers, + - * / ^, parentheses and
// names of columns. A formula becomes a function of a look-up; nothing is ever
// run as code. A missing input, or a result that is no finite number, is missing.
(function () {
  "use strict";
  var jb = window.jb = window.jb || {};

  function Wrong(code, word, at) { this.code = code; this.word = word; this.at = at; }

  // parse returns {value(get), names} or {error, word, at}. check(name) returns
  // "" for a column of numbers, else the code of what is wrong.
  jb.formula = function (text, check) {
    var i = 0, names = [];

    function skip() { while (i < text.length && /\s/.test(text[i])) i++; }
    function take(c) { skip(); if (text[i] === c) { i++; return true; } return false; }

    function sum() {
      var a = product();
      for (;;) {
        if (take("+")) a = op("+", a, product());
        else if (take("-") || take("−")) a = op("-", a, product());
        else return a;
      }
    }
    function product() {
      var a = signed();
      for (;;) {
        if (take("*") || take("×")) a = op("*", a, signed());
        else if (take("/") || take("÷")) a = op("/", a, signed());
        else return a;
      }
    }
    function signed() {
      if (take("-") || take("−")) return op("-", constant(0), signed());
      if (take("+")) return signed();
      return power();
    }
    function power() {
      var a = atom();
      return take("^") ? op("^", a, signed()) : a;
    }
    function atom() {
      var m;
      skip();
      if (i >= text.length) throw new Wrong(text.trim() ? "end" : "empty", "", i);
      if (take("(")) {
        var at = i - 1, a = sum();
        if (!take(")")) throw wrongHere("open", at);
        return a;
      }
      if ((m = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text.slice(i)))) {
        i += m[0].length;
        if (/[\w.]/.test(text[i] || "")) throw new Wrong("char", text[i], i);
        return constant(+m[0]);
      }
      if ((m = /^[a-z_][\w.]*/i.exec(text.slice(i)))) {
        var start = i, name = m[0];
        i += name.length;
        skip();
        if (text[i] === "(") throw new Wrong("call", name, start);
        var why = check(name);
        if (why) throw new Wrong(why, name, start);
        if (names.indexOf(name) < 0) names.push(name);
        return function (get) { return get(name); };
      }
      throw new Wrong("char", text[i], i);
    }
    function wrongHere(code, at) {
      skip();
      return i < text.length ? new Wrong("char", text[i], i) : new Wrong(code, "(", at);
    }
    function constant(v) { return function () { return v; }; }
    function op(o, a, b) {
      return function (get) {
        var x = a(get), y = b(get);
        if (x == null || y == null) return null;
        return o === "+" ? x + y : o === "-" ? x - y : o === "*" ? x * y : o === "/" ? x / y : Math.pow(x, y);
      };
    }

    try {
      if (text.length > 200) throw new Wrong("char", text[200], 200);
      var f = sum();
      skip();
      if (i < text.length) throw new Wrong("char", text[i], i);
      return { names: names, value: function (get) { var v = f(get); return isFinite(v) && v !== null ? v : null; } };
    } catch (e) {
      if (!(e instanceof Wrong)) throw e;
      return { error: e.code, word: e.word, at: e.at };
    }
  };
})();
