// One small application, authenticated in one of several ways: `node cost-process.mjs '{"way":"none","port":…}'`.

import { cutover, redisStore, requireSession } from '@jwt-to-session/shim';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';

const { way, port } = JSON.parse(process.argv[2]);
const SECRET = 'the application signs with this';
const url = `redis://127.0.0.1:${port}`;

/** Each puts the user's id at `req.user`. */
const WAYS = {
  none: () => (req, _, next) => {
    req.user = 'ada';
    next();
  },
  jsonwebtoken: () => (req, _, next) => {
    req.user = jwt.verify(req.headers.authorization.split(' ')[1], SECRET).id;
    next();
  },
  'express-session': () => [
    session({
      secret: 's',
      name: 'session',
      resave: false,
      saveUninitialized: false,
      store: new RedisStore({ client: new Redis(url) }),
    }),
    (req, _, next) => {
      req.user = req.session.user ?? 'ada';
      req.session.user ??= 'ada';
      next();
    },
  ],
  cutover: () => [
    cutover({
      session: { secret: 's', store: redisStore(url) },
      user: ({ id }) => String(id),
      legacy: { keys: { key: SECRET, algorithms: ['HS256'] } },
      window: { closes: new Date(Date.now() + 86_400_000) },
    }),
    (req, _, next) => {
      req.user = requireSession(req).id;
      next();
    },
  ],
};

const app = express();
app.use(WAYS[way]());
app.get('/', (req, res) => res.json({ id: req.user }));
const server = app.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`));
process.on('disconnect', () => process.exit(0));
