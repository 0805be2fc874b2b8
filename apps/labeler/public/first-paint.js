// Sets the colour scheme and the language before the first paint. A file of its own, because the page allows no inline script.
(function () {
  var root = document.documentElement;
  var read = function (key) {
    try {
      return localStorage.getItem(key);
    } catch (error) {
      return null;
    }
  };
  var scheme = read('vision.color-scheme') || 'auto';
  var dark = scheme === 'dark' || (scheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  var language = read('vision.language') || navigator.language || 'en';
  root.lang = language.slice(0, 2) === 'ko' ? 'ko' : 'en';
})();
