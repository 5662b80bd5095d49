// A stand-in for the browser's storage, which the reference component cannot start without: in a frame of another site many
// browsers refuse even to name it. What is put here lasts as long as the page.

/** Puts the stand-in in the place of each storage that the browser refuses. */
export function ensureStorage() {
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].getItem("");
    } catch {
      Object.defineProperty(window, name, { value: new Passing(), configurable: true });
    }
  }
}

/** A storage of this page alone. */
class Passing {
  #kept = new Map();

  get length() {
    return this.#kept.size;
  }

  key(index) {
    return [...this.#kept.keys()][index] ?? null;
  }

  getItem(name) {
    return this.#kept.get(String(name)) ?? null;
  }

  setItem(name, value) {
    this.#kept.set(String(name), String(value));
  }

  removeItem(name) {
    this.#kept.delete(String(name));
  }

  clear() {
    this.#kept.clear();
  }
}
