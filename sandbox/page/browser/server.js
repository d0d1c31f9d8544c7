const { user } = document.body.dataset;

/** Does a thing at the server. Gives its answer: `{ ok, error?, … }`, also when it does not answer at all. */
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

/** The same, one after the other: what is typed and chosen arrives in order, and before what is submitted. */
export function postInTurn(act, body) {
  const turn = last.then(() => post(act, body));
  last = turn;
  return turn;
}
