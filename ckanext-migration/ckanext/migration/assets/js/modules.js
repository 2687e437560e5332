/* Small helps on top of pages that work without them. */

// CKAN asks for the words of its scripts by the language of the page, of which it turns the first hyphen alone into an
// underscore: for Chinese (zh-Hans-CN) it is refused, and no module of the page would start.
(function (client) {
  var words = client.getLocaleData;
  client.getLocaleData = function (locale, success, error) {
    return words.call(this, locale.replace(/-/g, '_'), success, error);
  };
})(this.ckan.Client.prototype);

// Filters: open beside the hits; on a narrow screen a drawer over them, which Escape and a click beside it close.
this.ckan.module('migration-facets', function () {
  return {
    initialize: function () {
      var wide = window.matchMedia('(min-width: 62rem)');
      var details = this.el[0];
      var summary = details.querySelector('summary');
      var refused = details.querySelector('#filter-problem');
      var fit = function () { details.open = wide.matches || !!refused; };
      var close = function () {
        if (wide.matches || !details.open) { return; }
        details.open = false;
        summary.focus();
      };
      fit();
      wide.addEventListener('change', fit);
      document.addEventListener('keydown', function (event) { if (event.key === 'Escape') { close(); } });
      document.addEventListener('click', function (event) { if (!details.contains(event.target)) { close(); } });
      // An address without the fields that were left empty.
      details.querySelectorAll('.mig-filter-form').forEach(function (form) {
        form.addEventListener('submit', function () {
          form.querySelectorAll('input, select').forEach(function (field) { field.disabled = field.value === ''; });
        });
      });
    }
  };
});

// Find a value among all of a facet: the list comes while one types; Enter leads to a page of its own.
this.ckan.module('migration-find', function () {
  return {
    initialize: function () {
      var form = this.el[0];
      var input = form.querySelector('input[type="search"]');
      var found = form.querySelector('.mig-facet-found');
      var waiting;
      var asked = 0;
      var ask = function () {
        var words = input.value.trim();
        var number = ++asked;
        form.parentElement.classList.toggle('mig-facet-finding', words !== '');
        found.hidden = words === '';
        if (words === '') { found.textContent = ''; return; }
        var parameters = new URLSearchParams(new FormData(form));
        parameters.set('_part', '1');
        fetch(form.action + '?' + parameters, { headers: { Accept: 'text/html' } })
          .then(function (reply) { return reply.ok ? reply.text() : Promise.reject(reply.status); })
          .then(function (html) { if (number === asked) { found.innerHTML = html; } })
          .catch(function () { if (number === asked) { form.submit(); } });
      };
      input.addEventListener('input', function () {
        clearTimeout(waiting);
        waiting = setTimeout(ask, 200);
      });
      if (input.value.trim() !== '') { ask(); } // typed before this script was ready
    }
  };
});

// Sorting without a click on the button.
this.ckan.module('migration-submit', function () {
  return {
    initialize: function () {
      var form = this.el[0];
      form.querySelector('button').hidden = true;
      form.querySelector('select').addEventListener('change', function () { form.submit(); });
    }
  };
});

// Copy a text; the button says that it is done.
this.ckan.module('migration-copy', function () {
  return {
    options: { from: '', done: '' },
    initialize: function () {
      var button = this.el[0];
      var done = this.options.done;
      var source = document.getElementById(this.options.from);
      if (!navigator.clipboard || !source) { return; }
      button.hidden = false;
      button.addEventListener('click', function () {
        navigator.clipboard.writeText(source.textContent.trim()).then(function () {
          button.setAttribute('aria-live', 'polite');
          button.textContent = done;
        });
      });
    }
  };
});

// Terms of a code list: find by typing, accents and case left aside, beginnings of names first.
this.ckan.module('migration-choose', function ($) {
  var plain = function (text) { return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(); };
  return {
    initialize: function () {
      var select = this.el;
      var label = $('label[for="' + this.el[0].id + '"]').contents().first().text().trim();
      var wanted = '';
      var matches = function (params, option) {
        wanted = plain((params.term || '').trim());
        return !wanted || plain(option.text).indexOf(wanted) >= 0 ? option : null;
      };
      var sorted = function (options) {
        var rank = function (option) { return plain(option.text).indexOf(wanted) === 0 ? 0 : 1; };
        return wanted ? options.slice().sort(function (a, b) { return rank(a) - rank(b); }) : options;
      };
      select.select2({ width: '100%', dir: document.dir || 'ltr', matcher: matches, sorter: sorted });
      // Select2 names its boxes after an element that is not there when nothing is chosen.
      select.next('.select2').find('.select2-selection').removeAttr('aria-labelledby').attr('aria-label', label);
      select.next('.select2').find('.select2-search__field').attr('aria-label', label);
      select.on('select2:open', function () {
        $('.select2-container--open .select2-search__field').attr('aria-label', label);
      });
    }
  };
});

// Lists of values in the form: one more row on demand.
this.ckan.module('migration-rows', function () {
  return {
    initialize: function () {
      var box = this.el[0];
      var add = box.querySelector('[data-add]');
      var template = box.querySelector('[data-template]');
      if (!add || !template) { return; }
      add.hidden = false;
      add.addEventListener('click', function () {
        var count = box.querySelectorAll('[data-row]').length;
        var row = template.content ? template.content.firstElementChild.cloneNode(true) : template.cloneNode(true);
        row.removeAttribute('data-template');
        row.querySelectorAll('[name], [id], [for]').forEach(function (part) {
          ['name', 'id', 'for', 'aria-describedby'].forEach(function (name) {
            if (part.hasAttribute(name)) { part.setAttribute(name, part.getAttribute(name).replace(/NEXT/g, count)); }
          });
        });
        row.querySelectorAll('input').forEach(function (input) {
          input.value = '';
          if (!template.content) { input.removeAttribute('id'); }
        });
        box.insertBefore(row, add);
        row.querySelectorAll('[data-module]').forEach(function (part) { ckan.module.initializeElement(part); });
        row.querySelector('input, select').focus();
      });
    }
  };
});

// The forms: lead to the messages, keep from leaving with unsaved words, send once.
this.ckan.module('migration-form', function () {
  return {
    initialize: function () {
      var form = this.el[0];
      var messages = form.querySelector('[data-focus]');
      var changed = false;
      var sent = false;
      if (messages) { messages.focus(); }
      form.addEventListener('input', function () { changed = true; });
      form.addEventListener('submit', function (event) {
        if (sent) { event.preventDefault(); return; }
        sent = true;
      });
      window.addEventListener('pageshow', function () { sent = false; });
      window.addEventListener('beforeunload', function (event) {
        if (changed && !sent) { event.preventDefault(); }
      });
    }
  };
});
