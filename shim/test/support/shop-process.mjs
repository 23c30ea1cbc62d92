// The shop as a process of its own, on a store that the parent describes: `node shop-process.mjs '{"kind":"redis",…}'`.

import {
  cutover,
  endSession,
  knexStore,
  redisStore,
  sessionClaims,
  startSession,
} from '@jwt-to-session/shim';
import express from 'express';
import { Cluster, Redis } from 'ioredis';

const { kind, port, ports, config, wait, listen = 0, dieAfter } = JSON.parse(process.argv[2]);
const limits = { commandTimeout: 1000, connectTimeout: 1000, maxRetriesPerRequest: 1 };

function client() {
  if (kind === 'redis') return new Redis(port, '127.0.0.1', limits);
  if (kind === 'sentinel')
    return new Redis({
      sentinels: ports.map((one) => ({ host: '127.0.0.1', port: one })),
      name: 'shop',
      ...limits,
    });
  return new Cluster(
    ports.map((one) => ({ host: '127.0.0.1', port: one })),
    { redisOptions: limits, clusterRetryStrategy: () => 100, slotsRefreshTimeout: 1000 },
  );
}

function store() {
  if (kind === 'knex') return knexStore(config);
  const made = client();
  made.on('error', () => {});
  const ours = redisStore(made);
  // Redis acknowledges before its replicas have the write; WAIT asks for them (on a single master).
  return wait ? waiting(ours, made) : ours;
}

/** Kills its own process, as a machine that loses power does, when so many writes are done. */
function dying(ours) {
  let left = dieAfter;
  const writes = ['put', 'add', 'replace', 'swap', 'extend', 'remove', 'take', 'enlist', 'strike'];
  const counted =
    (name) =>
    async (...args) => {
      const result = await ours[name](...args);
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      return result;
    };
  return { ...ours, ...Object.fromEntries(writes.map((name) => [name, counted(name)])) };
}

/** The parent moves this process's clock. */
const RealDate = Date;
let moved = 0;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length > 0) super(...args);
    else super(RealDate.now() + moved);
  }
  static now() {
    return RealDate.now() + moved;
  }
};
process.on('message', ({ clock }) => {
  moved = clock;
});

function waiting(ours, made) {
  const after =
    (write) =>
    async (...args) => {
      const result = await write(...args);
      if ((await made.wait(1, 900)) < 1) throw new Error('no replica has the write');
      return result;
    };
  return {
    ...ours,
    put: after(ours.put),
    add: after(ours.add),
    replace: after(ours.replace),
    swap: after(ours.swap),
  };
}

const app = express();
app.use(express.json());
app.use(
  cutover({
    session: { secret: 's', store: dieAfter ? dying(store()) : store() },
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
app.post('/login', (req, res) => res.json({ token: startSession(req, { id: req.body.id, at: Date.now() }) }));
app.post('/logout', (req, res) => {
  endSession(req).catch(() => {});
  res.json({});
});
app.get('/slow', (req, res) => setTimeout(() => res.json({ id: sessionClaims(req)?.id }), 500));
const server = app.listen(listen, '127.0.0.1', () =>
  process.send(`http://127.0.0.1:${server.address().port}`),
);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  // A connection that is busy now is idle in a moment, and its client would go on using it.
  setInterval(() => server.closeIdleConnections(), 20);
});
process.on('disconnect', () => process.exit(0));
