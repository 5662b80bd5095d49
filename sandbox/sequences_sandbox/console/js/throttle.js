// Work that many events ask for, done now and then.

/** Calls `work` at once, and then at most every so many milliseconds, however many calls come; the last call counts. */
export function every(milliseconds, work) {
  let timer = 0;
  let wanted = false;
  function run() {
    wanted = false;
    timer = setTimeout(() => { timer = 0; if (wanted) run(); }, milliseconds);
    work();
  }
  return () => {
    wanted = true;
    if (timer === 0) run();
  };
}

/** Calls `work` once after the last of several calls: for what is typed. */
export function afterwards(milliseconds, work) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}
