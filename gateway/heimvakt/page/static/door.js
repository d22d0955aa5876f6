// A code behind the # of the address (heimvakt page --open) is typed and sent by itself. It is taken
// out of the address first: nobody shall find it in the history.
const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("door").submit();
}
