import type { Express } from 'express';

/** A GET route that changes the session and answers only when the test says so. */
export function slowRoute(path = '/slow') {
  let arrive = () => {};
  let answer = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    answer = resolve;
  });
  return {
    mount: (app: Express) => {
      app.get(path, async (req, res) => {
        arrive();
        await released;
        req.session.count = 1;
        res.json({});
      });
    },
    arrived,
    answer: () => answer(),
  };
}
