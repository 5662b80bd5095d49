export async function open() { return {}; }
