// The shop as a process of its own, from the built package: `node shop-process.mjs <redis url>`.

import { cutover, endSession, redisStore, sessionClaims, startSession } from '@jwt-to-session/shim';
import express from 'express';

const app = express();
app.use(express.json());
app.use(
  cutover({
    session: { secret: 'the cookie is signed with this', store: redisStore(process.argv[2]) },
    user: ({ id }) => String(id),
    legacy: { keys: { key: 'the application signs with this', algorithms: ['HS256'] } },
    window: { closes: new Date(Date.now() + 30 * 24 * 3_600_000) },
    grace: 0,
  }),
);
app.get('/me', (req, res) => {
  const claims = sessionClaims(req);
  if (claims) res.json(claims);
  else res.status(401).json({});
});
app.post('/login', (req, res) => res.json({ token: startSession(req, req.body) }));
app.post('/logout', (req, res) => {
  endSession(req);
  res.json({});
});
const server = app.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${server.address().port}`));
