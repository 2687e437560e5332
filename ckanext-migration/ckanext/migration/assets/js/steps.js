/* The dataset form in steps: one at a time, with what publishing still needs. Without this all steps are on the page. */
this.ckan.module('migration-steps', function () {
  return {
    options: { some: '', all: '' },
    initialize: function () {
      var box = this.el[0];
      var some = this.options.some;
      var all = this.options.all;
      var steps = Array.from(box.querySelectorAll('.mig-step'));
      var links = Array.from(box.querySelectorAll('.mig-steps a'));
      var toggle = box.querySelector('[data-all]');
      var number = new Intl.NumberFormat(document.documentElement.lang || 'en');
      var together = false;
      var current = steps[0];

      // A field counts as filled in when any of its inputs has a value.
      var filled = function (block) {
        return Array.from(block.querySelectorAll('input, select, textarea')).some(function (input) {
          if (input.type === 'hidden' || input.closest('template')) { return false; }
          return input.type === 'checkbox' || input.type === 'radio' ? input.checked : (input.value || '').trim() !== '';
        });
      };
      var count = function () {
        var done = 0;
        var total = 0;
        steps.forEach(function (step) {
          var blocks = Array.from(step.querySelectorAll('[data-needed]'));
          var mine = blocks.filter(filled).length;
          var told = box.querySelector('[data-needed-of="' + step.id + '"]');
          done += mine;
          total += blocks.length;
          if (!told) { return; }
          told.textContent = mine === blocks.length ? all
            : some.replace('{done}', number.format(mine)).replace('{total}', number.format(blocks.length));
          told.parentElement.classList.toggle('mig-step-done', mine === blocks.length);
        });
        box.querySelector('progress').value = done;
        box.querySelector('[data-progress]').textContent =
          box.querySelector('[data-progress]').textContent.replace(/^\D*[\d\u0660-\u0669]+/, number.format(done));
      };
      var show = function () {
        steps.forEach(function (step) {
          step.hidden = !together && step !== current;
          step.querySelector('.mig-step-turn').hidden = together;
        });
        links.forEach(function (link) {
          if (!together && link.hash === '#' + current.id) { link.setAttribute('aria-current', 'step'); } else { link.removeAttribute('aria-current'); }
        });
      };
      // Lead to a step or to a field in one; a message above the form names fields of any step.
      var lead = function (id) {
        var target = id && document.getElementById(id);
        var step = target && target.closest('.mig-step');
        if (!step || !box.contains(step)) { return false; }
        current = step;
        show();
        target = target === step ? step.querySelector('h2') : target;
        var folded = target.closest('details');
        if (folded) { folded.open = true; }
        target.scrollIntoView();
        target.focus({ preventScroll: true });
        return true;
      };
      document.addEventListener('click', function (event) {
        var link = event.target.closest('a[href^="#"]');
        if (link && lead(link.hash.slice(1))) { event.preventDefault(); history.replaceState(null, '', link.hash); }
      });
      box.addEventListener('click', function (event) {
        var turn = event.target.closest('[data-turn]');
        if (turn) { lead(turn.dataset.turn); }
      });
      toggle.hidden = false;
      toggle.addEventListener('click', function () {
        var other = toggle.dataset.other;
        toggle.dataset.other = toggle.textContent;
        toggle.textContent = other;
        together = !together;
        show();
      });
      box.addEventListener('input', count);
      window.jQuery(box).on('change', count);  // Select2 tells jQuery only
      show();
      count();
      // Messages above the form come first; the address of a form that was sent still names the step of before.
      if (location.hash && !document.querySelector('.mig-errors[data-focus]')) { lead(location.hash.slice(1)); }
    }
  };
});
