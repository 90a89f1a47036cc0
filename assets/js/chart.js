/* Charts that answer to a pointer. Each figure[data-chart] holds a finished
 * drawing and the same chart as data: in script.option, or in the script that
 * data-chart names, under the figure's id in jbCharts. When the figure comes near
 * the view, ECharts is loaded from the address in data-echarts (on the figure or on
 * <html>; without it nothing happens) and takes the drawing's place, at the same
 * size and with everything at the same spot. The drawing returns for
 * print, where the page shows its narrow one, and if anything fails.
 *
 * The data says what is drawn; this file only adds the page's colours and fonts
 * and what needs a function. It holds no styles but those set through the DOM, so
 * a strict Content-Security-Policy allows it. */
(function () {
  'use strict';
  var root = document.documentElement;
  var figures = []; // of charts that are live, or will be once ECharts is here
  var printing = false;
  var loading = {}; // address -> promise

  // load brings a script, once.
  function load(url) {
    return loading[url] = loading[url] || new Promise(function (done) {
      var s = document.createElement('script');
      s.src = url;
      s.onload = done;
      document.head.appendChild(s);
    });
  }

  function matches(query) { return window.matchMedia && matchMedia(query).matches; }

  // paint turns "var(--ink, #123456)" into the page's colour.
  function painter(el) {
    var style = getComputedStyle(el);
    return function (c) {
      var m = /^var\((--[\w-]+), (#\w+)\)$/.exec(c);
      return m ? style.getPropertyValue(m[1]).trim() || m[2] : c;
    };
  }

  function repaint(o, paint) {
    Object.keys(o).forEach(function (k) {
      if (o[k] && typeof o[k] === 'object') repaint(o[k], paint);
      else if (/color$/i.test(k) && typeof o[k] === 'string') o[k] = paint(o[k]);
    });
  }

  function go(url) {
    if (!url) return;
    var u = new URL(url, document.baseURI);
    if (/^(https?|file):$/.test(u.protocol)) location.href = u.href;
  }

  function set(el, style) { Object.keys(style).forEach(function (k) { el.style[k] = style[k]; }); }

  function scaled(list, k) { return list.map(function (v) { return v * k; }); }

  function Figure(el, data) {
    this.el = el;
    this.data = data;
    this.wide = el.querySelector('.wide');
    this.width = 0;
  }

  Figure.prototype.option = function (k, paint) {
    var d = this.data, opt = JSON.parse(JSON.stringify(d.option)), bars = d.kind === 'bars';
    repaint(opt, paint);
    opt.grid = { left: d.box[0] * k, top: d.box[1] * k, right: (d.w - d.box[2]) * k, bottom: (d.h - d.box[3]) * k };
    opt.stateAnimation = { duration: matches('(prefers-reduced-motion: reduce)') ? 0 : 150 };
    [[opt.xAxis, d.x, d.kind === 'trace'], [opt.yAxis, d.y]].forEach(function (a) {
      [].concat(a[0]).forEach(function (axis) {
        axis.axisLabel = { show: false };
        axis.axisLine = { show: bars && axis.type === 'category', lineStyle: { color: paint('var(--dim, #565c66)'), width: k } };
        axis.axisTick = { show: !!a[2], length: 5 * k, lineStyle: { color: paint('var(--dim, #565c66)'), width: k },
          customValues: a[1] && a[1].map(function (t) { return t.v; }) };
      });
    });
    opt.series.forEach(function (s, i) {
      var more = d.series[i], width = (s.lineStyle || {}).width * k;
      if (bars) {
        s.silent = true;
        s.barWidth = 14 * k;
        s.emphasis = { focus: 'self' };
        s.blur = { itemStyle: { opacity: 0.4 } };
        if (s.markLine) {
          s.markLine.silent = true;
          s.markLine.symbolSize = [12 * k, 1.5 * k];
          // A halo of paper keeps an interval apart from its bar.
          s.markLine.lineStyle.shadowColor = paint('var(--paper, #ffffff)');
          s.markLine.lineStyle.shadowBlur = 4 * k;
        }
        return;
      }
      s.clip = false;
      s.silent = true; // the nearest point is found below, which asks for less aim
      s.z = more.aux ? 1 : 2;
      s.showAllSymbol = true;
      s.lineStyle.width = width;
      s.lineStyle.type = more.dash ? scaled(more.dash, k) : 'solid';
      var faint = more.aux ? 1 : 0.2;
      s.blur = { lineStyle: { opacity: faint, width: width }, itemStyle: { opacity: faint } };
      if (s.markArea) s.markArea.silent = true;
      // A trace shows no points but the one that is pointed at.
      if (s.emphasis) { s.emphasis.scale = d.kind === 'trace' ? 7 : 1.3; s.emphasis.lineStyle = { width: width * 1.5 }; }
      s.data.forEach(function (p) {
        p.symbolSize = (p.symbolSize || 0) * k;
        p.itemStyle = { borderWidth: p.symbolSize > 5 * k ? 1.5 * k : 0 };
      });
    });
    return opt;
  };

  // graphics are the texts of the drawing and the names with their leaders. Each
  // text takes the direction of its own words.
  Figure.prototype.graphics = function (k, paint) {
    var me = this, d = me.data, chart = me.chart, out = [];
    function text(t, x, y, size, align, color) {
      return { type: 'text', x: x * k, y: (y - size * 0.36) * k, silent: true,
        style: { text: root.dir === 'rtl' ? '\u2068' + t + '\u2069' : t, fill: paint(color), font: size * k + 'px ' + me.font, align: align, verticalAlign: 'middle' } };
    }
    d.texts.forEach(function (t) { out.push(text(t.t, t.x, t.y, t.size, t.align, t.color)); });
    (d.legend || []).forEach(function (l) {
      out.push({ type: 'polyline', silent: true, shape: { points: [[l.x * k, l.y * k], [(l.x + l.w) * k, l.y * k]] },
        style: { stroke: paint(l.color), fill: 'none', lineWidth: l.width * k, lineDash: l.dash ? scaled(l.dash, k) : null } });
      if (!l.r) return;
      var mid = { x: (l.x + l.w / 2) * k, y: l.y * k, r: l.r * k }, rim = { fill: paint(l.color), stroke: paint('var(--paper, #ffffff)'), lineWidth: 1.5 * k };
      out.push(l.mark ? { type: 'polygon', silent: true, style: rim,
        shape: { points: l.mark.map(function (p) { return [mid.x + p[0] * mid.r, mid.y + p[1] * mid.r]; }) } } :
        { type: 'circle', silent: true, style: rim, shape: { cx: mid.x, cy: mid.y, r: mid.r } });
    });
    (d.labels || []).forEach(function (l) {
      var s = d.option.series[l.s], more = d.series[l.s], color = paint(s.lineStyle.color);
      var end = chart.convertToPixel({ seriesIndex: l.s }, s.data[s.data.length - 1].value);
      var to = (l.x - 18) * k, y = l.y * k, edge = d.box[2] * k;
      out.push({ type: 'polyline', silent: true, shape: { points: [[Math.min(end[0] + 4 * k, edge), end[1]], [edge, end[1]], [to, y]] },
        style: { stroke: color, fill: 'none', lineWidth: 0.75 * k, lineDash: [k, 3 * k] } });
      out.push({ type: 'polyline', silent: true, shape: { points: [[to, y], [(l.x - 4) * k, y]] },
        style: { stroke: color, fill: 'none', lineWidth: 2 * k, lineDash: more.dash ? scaled(more.dash, k) : null } });
      var t = text(l.t, l.x, l.y + d.size * 0.36, d.size, 'left', 'var(--ink, #16181d)');
      t.silent = false;
      t.cursor = more.url ? 'pointer' : 'default';
      t.onclick = function () { go(more.url); };
      t.onmouseover = function () { chart.dispatchAction({ type: 'highlight', seriesIndex: l.s }); };
      t.onmouseout = function () { chart.dispatchAction({ type: 'downplay', seriesIndex: l.s }); };
      out.push(t);
    });
    return out;
  };

  // points are where a pointer can find data, in px of the host.
  Figure.prototype.locate = function () {
    var d = this.data, chart = this.chart, points = this.points = [];
    d.series.forEach(function (more, s) {
      (more.tips || []).forEach(function (tip, i) {
        if (!tip) return; // a gap
        var at = d.option.series[s].data[i].value;
        if (d.kind === 'bars') at = [at === '-' ? 0 : at, i];
        var p = chart.convertToPixel({ seriesIndex: s }, at);
        points.push({ s: s, i: i, x: p[0], y: p[1], url: more.urls && more.urls[i] || more.url });
      });
    });
  };

  Figure.prototype.nearest = function (e) {
    // In a trace it is the time that is pointed at, so height counts little.
    var bars = this.data.kind === 'bars', flat = this.data.kind === 'trace' ? 50 : 1, best = null, least = bars ? 14 : 24;
    this.points.forEach(function (p) {
      var dist = bars ? Math.abs(p.y - e.offsetY) : Math.hypot(p.x - e.offsetX, (p.y - e.offsetY) / flat);
      if (dist < least) { least = dist; best = p; }
    });
    return best;
  };

  // tip shows what a point is; the texts were written with the data.
  Figure.prototype.tip = function (p) {
    var box = this.box, lines;
    if (!box) {
      box = this.box = this.host.appendChild(document.createElement('div'));
      box.className = 'chart-tip';
      set(box, { position: 'absolute', pointerEvents: 'none', whiteSpace: 'pre-line', maxWidth: '18rem', overflowWrap: 'anywhere',
        padding: '.4rem .6rem', fontSize: '.8125rem', lineHeight: '1.4',
        background: 'var(--paper, #fff)', color: 'var(--ink, #16181d)', border: '1px solid var(--dim, #565c66)', borderRadius: '4px' });
    }
    set(box, { display: p ? '' : 'none', left: 0, top: 0 });
    if (!p) return;
    lines = this.data.series[p.s].tips[p.i].split('\n');
    box.textContent = '';
    box.appendChild(document.createElement('b')).textContent = lines[0];
    box.appendChild(document.createTextNode('\n' + lines.slice(1).join('\n')));
    var right = p.x + 14 + box.offsetWidth <= this.host.clientWidth;
    set(box, { left: Math.max(0, right ? p.x + 14 : p.x - 14 - box.offsetWidth) + 'px',
      top: Math.max(0, Math.min(p.y - box.offsetHeight / 2, this.host.clientHeight - box.offsetHeight)) + 'px' });
  };

  Figure.prototype.listen = function () {
    var me = this, chart = me.chart, zr = chart.getZr(), now = null;
    function show(p) {
      if (p === now) return;
      if (now) chart.dispatchAction({ type: 'downplay', seriesIndex: now.s });
      now = p;
      if (p) chart.dispatchAction({ type: 'highlight', seriesIndex: p.s, dataIndex: p.i });
      me.tip(p);
    }
    zr.on('mousemove', function (e) {
      var p = me.nearest(e);
      show(p);
      if (p && p.url) zr.setCursorStyle('pointer');
    });
    zr.on('globalout', function () { show(null); });
    zr.on('click', function (e) {
      var p = !e.target && me.nearest(e);
      if (p) go(p.url);
    });
  };

  // draw puts the live chart where the wide drawing is shown, else steps back.
  Figure.prototype.draw = function () {
    this.rest();
    if (printing) return;
    var box = this.wide.getBoundingClientRect();
    if (!box.width) return;
    if (!this.host) {
      this.host = this.el.querySelector('.live') || this.wide.parentNode.appendChild(document.createElement('div'));
      this.host.setAttribute('role', 'img');
      this.host.setAttribute('aria-label', this.data.desc);
    }
    var k = box.width / this.data.w, paint = painter(this.el);
    this.host.hidden = false;
    // Until a narrower window is drawn again the old drawing is cut, not wider than the page.
    set(this.host, { display: 'block', position: 'relative', width: box.width + 'px', maxWidth: '100%', overflow: 'hidden', height: this.data.h * k + 'px' });
    this.font = getComputedStyle(this.el).fontFamily;
    try {
      var first = !this.chart;
      if (first) this.chart = window.echarts.init(this.host);
      else this.chart.resize();
      this.chart.setOption(this.option(k, paint), true);
      this.chart.setOption({ graphic: this.graphics(k, paint) });
      this.locate();
      if (first) this.listen();
      this.chart.getZr().flush();
    } catch (err) {
      this.rest();
      throw err;
    }
    this.wide.style.display = 'none';
    this.el.classList.add('is-live');
  };

  // rest shows the drawing.
  Figure.prototype.rest = function () {
    if (this.host) { this.host.hidden = true; this.host.style.display = 'none'; }
    this.wide.style.display = '';
    this.el.classList.remove('is-live');
  };

  Figure.prototype.watch = function () {
    var me = this;
    figures.push(me);
    me.draw();
    if (!window.ResizeObserver) return;
    new ResizeObserver(function () {
      if (me.el.clientWidth !== me.width) { me.width = me.el.clientWidth; me.draw(); }
    }).observe(me.el);
    me.width = me.el.clientWidth;
  };

  function each(method) { figures.forEach(function (f) { f[method](); }); }

  function start() {
    document.querySelectorAll('figure[data-chart]').forEach(function (el) {
      var url = el.getAttribute('data-echarts') || root.getAttribute('data-echarts');
      var data = el.querySelector('script.option'), file = el.getAttribute('data-chart');
      if (!url || !data && !file || !el.querySelector('.wide') || !window.IntersectionObserver) return;
      new IntersectionObserver(function (entries, self) {
        if (!entries.some(function (e) { return e.isIntersecting; })) return;
        self.disconnect();
        Promise.all([load(url), file && load(file)]).then(function () {
          new Figure(el, file ? window.jbCharts[el.id] : JSON.parse(data.textContent)).watch();
        });
      }, { rootMargin: '200px' }).observe(el);
    });
  }

  // A page's colours follow the system, or a choice written on <html>.
  if (window.matchMedia) matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () { each('draw'); });
  new MutationObserver(function () { each('draw'); }).observe(root, { attributes: true, attributeFilter: ['class', 'data-theme'] });
  // The drawing is printed, whatever is resized or loaded meanwhile.
  window.addEventListener('beforeprint', function () { printing = true; each('rest'); });
  window.addEventListener('afterprint', function () { printing = false; each('draw'); });
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
