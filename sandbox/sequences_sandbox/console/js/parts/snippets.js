// A request as code that runs when it is pasted: curl for a shell, Python with httpx, JavaScript with fetch.

export const LANGUAGES = ["curl", "Python", "JavaScript", "HTTP"];

/** A request in one of LANGUAGES. */
export function snippet(language, request) {
  return { curl, Python: python, JavaScript: javascript, HTTP: http }[language](request);
}

export function curl({ method, url, headers, body, raw }) {
  const words = ["curl"];
  if (method !== "GET") words.push(`-X ${method}`);
  const lines = [`${words.join(" ")} ${shell(url)}`];
  for (const [name, value] of wanted(headers)) lines.push(`-H ${shell(`${name}: ${value}`)}`);
  if (raw !== undefined) lines.push(`--data-raw ${shell(raw)}`);
  else if (body !== undefined) lines.push(`-d ${shell(JSON.stringify(body))}`);
  return lines.join(" \\\n  ");
}

function python({ method, url, headers, body, raw }) {
  const json = raw === undefined && body !== undefined;
  const lines = [`response = httpx.request(`, `    ${text(method)},`, `    ${text(url)},`];
  const kept = wanted(headers).filter(([name]) => !json || name !== "Content-Type");
  if (kept.length) lines.push(`    headers={${kept.map(([name, value]) => `${text(name)}: ${text(value)}`).join(", ")}},`);
  if (json) lines.push(`    json=${literal(body)},`);
  if (raw !== undefined) lines.push(`    content=${text(raw)},`);
  return ["import httpx", "", ...lines, ")", "print(response.status_code, response.text)"].join("\n");
}

function javascript({ method, url, headers, body, raw }) {
  const lines = [`const response = await fetch(${text(url)}, {`];
  if (method !== "GET") lines.push(`  method: ${text(method)},`);
  const kept = wanted(headers);
  if (kept.length) lines.push(`  headers: { ${kept.map(([name, value]) => `${text(name)}: ${text(value)}`).join(", ")} },`);
  if (raw !== undefined) lines.push(`  body: ${text(raw)},`);
  else if (body !== undefined) lines.push(`  body: JSON.stringify(${JSON.stringify(body)}),`);
  return [...lines, "});", "console.log(response.status, await response.text());"].join("\n");
}

/** The request as it goes over the wire. */
function http({ method, path, headers, body, raw }) {
  const lines = [`${method} ${path} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body, null, 2));
  return content === undefined ? lines.join("\n") : [...lines, "", content].join("\n");
}

const wanted = (headers) => Object.entries(headers).filter(([name]) => name !== "Accept");

const shell = (value) => `'${value.replaceAll("'", "'\\''")}'`;

const text = (value) => JSON.stringify(value);

/** A JSON value as Python writes it. */
function literal(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, each]) => `${text(key)}: ${literal(each)}`).join(", ")}}`;
  return text(value);
}
