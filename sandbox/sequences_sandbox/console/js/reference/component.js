// The reference component, Scalar: loaded when it is needed, and kept from fonts, figures and proxies of its maker.

import { ensureStorage } from "./storage.js";

const SCRIPT = "/console/reference.js";

// Its colours are the page's own, so that it follows the same theme. Sandbox keys are no secret, so code shows them.
const LOOK = `
.light-mode, .dark-mode {
  --scalar-font: var(--sans); --scalar-font-code: var(--mono); --scalar-radius: 6px; --scalar-radius-lg: 8px;
  --scalar-background-1: var(--page); --scalar-background-2: var(--raised); --scalar-background-3: var(--line);
  --scalar-color-1: var(--text); --scalar-color-2: var(--dim); --scalar-color-3: var(--dim); --scalar-color-accent: var(--accent);
  --scalar-border-color: var(--line); --scalar-sidebar-background-1: var(--page); --scalar-sidebar-border-color: var(--line);
  --scalar-button-1: var(--accent); --scalar-button-1-color: var(--on-accent); --scalar-button-1-hover: var(--accent);
}
.references-container .introduction-section { padding-top: 32px; }
.scalar-app .credential .credential-value { color: inherit; font-size: inherit; }
.scalar-app .credential:after { content: none; }
`;

let loading = null;

/** Shows `document` in `place` with `token` filled in; returns the component's own handle. */
export async function showReference(place, document, token, wishes = {}) {
  loading ??= load();
  await loading;
  // What stood here meanwhile would be taken for the component's own.
  place.replaceChildren();
  return window.Scalar.createApiReference(place, settings(document, token, wishes));
}

/** The component's settings. */
export function settings(document, token, { css = "", ...wishes } = {}) {
  return {
    content: document,
    theme: "none",
    customCss: LOOK + css,
    withDefaultFonts: false,
    telemetry: false,
    proxyUrl: "",
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
    hideDarkModeToggle: true,
    hideModels: true,
    hideSearch: true,
    documentDownloadType: "none",
    persistAuth: false,
    onResponseReceived: reveal,
    urlRouting: false,
    // The contract brings code of its own, for the component's lacks imports and prints nothing.
    hiddenClients: true,
    authentication: {
      preferredSecurityScheme: "apiKey",
      securitySchemes: { apiKey: { token: token ?? "" } },
    },
    ...wishes,
  };
}

/** In a narrow window the answer comes below the request, out of sight. */
function reveal() {
  setTimeout(() => {
    const answer = document.querySelector("[role=dialog] section[aria-label^=Response]");
    if (answer && answer.offsetLeft < 40) answer.scrollIntoView({ block: "start" });
  }, 100);
}

function load() {
  ensureStorage();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("The reference cannot be loaded from this sandbox.")));
    document.head.append(script);
  });
}
