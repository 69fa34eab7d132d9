// Live reload: everything else on the desk works without this file.
"use strict";

const place = "desk-scroll:" + location.pathname + location.search;
const remembered = sessionStorage.getItem(place);
if (remembered !== null) {
  sessionStorage.removeItem(place);
  window.scrollTo(0, Number(remembered));
}

const events = new EventSource("/events?mark=" + encodeURIComponent(document.body.dataset.mark));
events.addEventListener("reload", () => {
  events.close();
  sessionStorage.setItem(place, String(window.scrollY));
  location.reload();
});
