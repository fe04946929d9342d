// What scripts add to pages of the desk, which work without them.
(function () {
  'use strict';
})();
