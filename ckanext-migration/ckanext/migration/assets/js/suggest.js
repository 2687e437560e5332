/*
Suggestions under a search box: an ARIA 1.2 combobox whose list is a box of groups of links. The text in the
box is never changed; a suggestion is a link, so that it can be opened in a new tab too.
*/
this.ckan.module('migration-suggest', function () {
  var PAUSE = 160;      // milliseconds without a key before the server is asked
  var MOST = 100;       // characters that the server takes
  var KEPT = 40;        // answers that are remembered

  var made = 0;
  var element = function (name, className, text) {
    var found = document.createElement(name);
    if (className) { found.className = className; }
    if (text) { found.textContent = text; }
    return found;
  };
  // Words of a record or a label run in their own direction; the space before them is the page's.
  var words = function (className, text, lang) {
    var found = element('span', className);
    var inner = element('bdi', '', text);
    if (lang) { inner.lang = lang; }
    found.append(inner);
    return found;
  };

  return {
    options: { url: '', list: '', within: '' },

    initialize: function () {
      var form = this.el[0];
      var input = form.querySelector('input[name="q"]');
      if (!input || !window.fetch || !window.AbortController) { return; }
      var options = this.options;
      var id = 'mig-suggest-' + (made += 1);
      var answers = new Map();
      var state = { timer: 0, asking: null, at: -1, shown: '', wanted: '' };

      var list = element('div', 'mig-suggest');
      list.id = id;
      list.hidden = true;
      list.setAttribute('role', 'listbox');
      list.setAttribute('aria-label', options.list);
      var status = element('p', 'visually-hidden');
      status.setAttribute('role', 'status');
      var frame = element('div', 'mig-suggest-frame');
      // A box that is moved loses the focus: who began to type before the script was there must not notice.
      var typing = document.activeElement === input;
      form.parentNode.insertBefore(frame, form);
      frame.append(form, list, status);

      var set = function (values) {
        Object.keys(values).forEach(function (name) { input.setAttribute(name, values[name]); });
      };
      set({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-expanded': 'false',
        'aria-controls': id, autocomplete: 'off' });

      var links = function () { return Array.from(list.querySelectorAll('[role="option"]')); };

      var mark = function (position) {
        var all = links();
        all.forEach(function (link, number) { link.setAttribute('aria-selected', String(number === position)); });
        state.at = position;
        if (position < 0) { input.removeAttribute('aria-activedescendant'); return; }
        input.setAttribute('aria-activedescendant', all[position].id);
        all[position].scrollIntoView({ block: 'nearest' });
      };

      var close = function () {
        list.hidden = true;
        set({ 'aria-expanded': 'false' });
        mark(-1);
      };

      var open = function () {
        if (!list.firstChild) { return; }
        list.hidden = false;
        set({ 'aria-expanded': 'true' });
      };

      var link = function (suggestion, number) {
        var found = element('a', 'mig-suggestion');
        found.id = id + '-' + number;
        found.href = suggestion.url;
        found.tabIndex = -1;
        found.setAttribute('role', 'option');
        found.setAttribute('aria-selected', 'false');
        var label = element('span', 'mig-suggestion-label');
        label.append(words('', suggestion.label, suggestion.lang));
        if (suggestion.typed) { label.append(' ', words('mig-suggestion-typed', suggestion.typed)); }
        var about = [suggestion.field === 'organization' || suggestion.field === 'country' ? '' : suggestion.field_title,
          suggestion.agency, suggestion.before && options.within.replace('{words}', suggestion.before)];
        about.filter(Boolean).forEach(function (text) { label.append(' ', words('mig-suggestion-about', text)); });
        found.append(label);
        if (suggestion.count) {
          found.append(' ', element('span', 'mig-count', suggestion.count.toLocaleString(document.documentElement.lang)));
        }
        return found;
      };

      var show = function (answer) {
        var number = 0;
        list.replaceChildren.apply(list, answer.groups.map(function (group) {
          var box = element('div', 'mig-suggest-group');
          var heading = element('div', 'mig-suggest-title', group.title);
          heading.id = id + '-' + group.name;
          heading.setAttribute('role', 'presentation');
          box.setAttribute('role', 'group');
          box.setAttribute('aria-labelledby', heading.id);
          box.append(heading);
          group.suggestions.forEach(function (suggestion) { box.append(link(suggestion, number += 1)); });
          return box;
        }));
        mark(-1);
        status.textContent = answer.message;
        state.shown = state.wanted;
        if (answer.count && document.activeElement === input) { open(); } else { close(); }
      };

      var address = function (text) {
        var url = new URL(options.url, window.location.href);
        var chosen = {};
        url.searchParams.set('q', text);
        form.querySelectorAll('input[type="hidden"]').forEach(function (field) {
          if (field.name === 'sort' || field.name === 'page') { return; }
          if (field.name.indexOf('ext_') === 0) { url.searchParams.append(field.name, field.value); return; }
          chosen[field.name] = (chosen[field.name] || []).concat(field.value);
        });
        if (Object.keys(chosen).length) { url.searchParams.set('ext_any_of', JSON.stringify(chosen)); }
        return url.href;
      };

      var ask = function () {
        var text = state.wanted;
        if (answers.has(text)) { show(answers.get(text)); return; }
        var asking = new AbortController();
        state.asking = asking;
        fetch(address(text), { signal: asking.signal, credentials: 'same-origin' })
          .then(function (reply) { return reply.ok ? reply.json() : null; })
          .then(function (reply) {
            if (!reply || asking.signal.aborted) { return; }
            answers.set(text, reply.result);
            if (answers.size > KEPT) { answers.delete(answers.keys().next().value); }
            show(reply.result);
          })
          .catch(function () { /* given up, or no network: the box stays a box */ });
      };

      var typed = function () {
        window.clearTimeout(state.timer);
        if (state.asking) { state.asking.abort(); }
        state.wanted = input.value.trim().replace(/\s+/g, ' ');
        if (!state.wanted || state.wanted.length > MOST) {
          list.replaceChildren();
          status.textContent = '';
          close();
          return;
        }
        if (state.wanted !== state.shown) { state.timer = window.setTimeout(ask, PAUSE); } else { open(); }
      };

      var keys = {
        ArrowDown: function (count) { mark(state.at + 1 < count ? state.at + 1 : -1); },
        ArrowUp: function (count) { mark(state.at < 0 ? count - 1 : state.at - 1); },
        Home: function () { if (state.at < 0) { return false; } mark(0); },
        End: function (count) { if (state.at < 0) { return false; } mark(count - 1); },
        Enter: function () { if (state.at < 0) { return false; } links()[state.at].click(); },
        Escape: function () { close(); }
      };

      input.addEventListener('keydown', function (event) {
        if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        if (list.hidden) {
          if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && list.firstChild) {
            event.preventDefault();
            open();
            if (!event.altKey) { keys[event.key](links().length); }
          }
          return;
        }
        if (event.altKey) { if (event.key === 'ArrowUp') { close(); } return; }
        var act = keys[event.key];
        if (act && act(links().length) !== false) { event.preventDefault(); }
      });
      // While characters are composed (Chinese, Japanese) the box holds what is not a word yet.
      input.addEventListener('input', function (event) { if (!event.isComposing) { typed(); } });
      input.addEventListener('compositionend', typed);
      input.addEventListener('blur', function () { close(); });
      list.addEventListener('mousedown', function (event) { event.preventDefault(); });
      list.addEventListener('mousemove', function (event) {
        var over = event.target.closest('[role="option"]');
        if (over && over.getAttribute('aria-selected') !== 'true') { mark(links().indexOf(over)); }
      });
      if (typing) {
        var caret = input.selectionEnd;
        input.focus({ preventScroll: true });
        input.setSelectionRange(caret, caret);
        if (input.value !== input.defaultValue) { typed(); }
      }
    }
  };
});
