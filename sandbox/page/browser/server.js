const { user } = document.body.dataset;

/** Sends an action to the server. Returns `{ ok, error?, … }`, even if the server does not respond. */
export async function post(act, body) {
  try {
    const response = await fetch(`/as/${user}/${act}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, error: "the sandbox does not answer" };
  }
}

let last = Promise.resolve();

/** Sends actions one at a time, so that edits arrive in order and before the submission. */
export function postInTurn(act, body) {
  const turn = last.then(() => post(act, body));
  last = turn;
  return turn;
}
