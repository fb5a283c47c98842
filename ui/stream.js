// Gradio's page gets the answers to all that is done on it from one stream, which the server closes when it owes none. Where something is
// done between the server's closing it and the page's noticing that, the page waits for ever: it believes the stream to be open. So what
// closes is opened again here while an answer is owed, and the page is told nothing of it.
() => {
  const fetched = window.fetch.bind(window);
  const owed = new Set();
  const COMPLETED = /^data: \{"msg":"process_completed","event_id":"(\w+)"/;
  const CLOSED = /^data: \{"msg":"close_stream"/;

  const asked = async (...request) => {
    const answer = await fetched(...request);
    const text = await answer.text();
    // Before the page reads it and looks whether it has a stream.
    if (answer.ok) owed.add(JSON.parse(text).event_id);
    return new Response(text, answer);
  };
  const messages = async function* (answer) {
    const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      const whole = (rest + piece.value).split("\n\n");
      rest = whole.pop();
      yield* whole;
    }
  };
  const answers = async function* (answer, request) {
    for (let open = answer; open; ) {
      let again = null;
      for await (const message of messages(open)) {
        const completed = COMPLETED.exec(message);
        if (completed) owed.delete(completed[1]);
        if (CLOSED.test(message) && owed.size) {
          again = await fetched(...request);
          if (!again.ok) throw again;
        } else yield `${message}\n\n`;
      }
      open = again;
    }
  };
  const listened = async (...request) => {
    const answer = await fetched(...request);
    if (!answer.ok || !answer.body) return answer;
    const source = answers(answer, request);
    const encoder = new TextEncoder();
    const pull = async (sink) => {
      try {
        const {done, value} = await source.next();
        if (done) sink.close();
        else sink.enqueue(encoder.encode(value));
      } catch (error) {
        // The page itself ends what it has seen the close of.
        if (request[0].signal?.aborted) sink.close();
        else sink.error(error);
      }
    };
    return new Response(new ReadableStream({pull, cancel: () => void source.return()}), answer);
  };
  window.fetch = (...request) => {
    const {pathname} = new URL(request[0].url ?? request[0], location.href);
    if (pathname.endsWith("/queue/join")) return asked(...request);
    return pathname.endsWith("/queue/data") ? listened(...request) : fetched(...request);
  };
}
