import { bearer, field, lines, type Recipe } from '../recipe.js';

/** Applications that keep their users in SQLite, MariaDB or PostgreSQL. */
export const SQL: Readonly<Record<string, Recipe>> = {
  'node-jwt-sqlite-typescript-starter': {
    folder: '',
    database: 'none',
    files: () => ({ '.env': lines({ APP_SECRET: 'abc123' }) }),
    settings: () => [
      { file: 'index.ts', find: 'const port = 3000;', put: 'const port = Number(process.env.PORT);' },
    ],
    environment: ({ application }) => ({ PORT: String(application) }),
    start: ['npx', 'ts-node-dev', '--transpile-only', 'index.ts'],
    // Its user is made anew at every start.
    login: () => ({
      method: 'POST',
      path: '/api/auth/login',
      body: { email: 'foo@bar.com', password: '123' },
    }),
    token: field('accessToken'),
    attach: (token) => ({ 'Access-Token': token }),
    guarded: { method: 'GET', path: '/api/items' },
    types: ['npx', 'tsc', '--noEmit', '-p', '.'],
  },
  'node-js-jwt-auth': {
    folder: '',
    database: 'mariadb',
    settings: ({ database }) => [
      { file: 'app/config/db.config.js', find: 'HOST: "localhost"', put: 'HOST: "127.0.0.1"' },
      { file: 'app/config/db.config.js', find: 'PASSWORD: "123456"', put: 'PASSWORD: ""' },
      {
        file: 'app/models/index.js',
        find: 'host: config.HOST,',
        put: `host: config.HOST, port: ${database},`,
      },
      // Its roles are to be put in by hand, once.
      {
        file: 'server.js',
        find: 'db.sequelize.sync();',
        put: 'db.sequelize.sync().then(() => Role.count()).then((known) => known || initial()).then(() => console.log("ready"));',
      },
    ],
    environment: ({ application }) => ({ PORT: String(application) }),
    start: ['node', 'server.js'],
    ready: 'ready\n',
    register: ({ name, email, password }) => ({
      method: 'POST',
      path: '/api/auth/signup',
      body: { username: name, email, password },
    }),
    login: ({ name, password }) => ({
      method: 'POST',
      path: '/api/auth/signin',
      body: { username: name, password },
    }),
    token: field('accessToken'),
    attach: (token) => ({ 'x-access-token': token }),
    guarded: { method: 'GET', path: '/api/test/user' },
    forbidden: { method: 'GET', path: '/api/test/admin' },
  },
  'react-express-jwt-auth': {
    folder: 'server',
    database: 'postgres',
    files: () => ({
      'app/config/.env': lines({
        JWT_ACCESS_SECRET: 'access-secret',
        JWT_REFRESH_SECRET: 'refresh-secret',
        JWT_ISSUER: 'here',
        COOKIE_SECRET: 'cookie-secret',
        DB_HOST: '127.0.0.1',
        DB_USER: 'tests',
        DB_PASSWORD: 'none',
        DB_NAME: 'postgres',
      }),
    }),
    settings: ({ database }) => [
      {
        file: 'app/models/index.js',
        find: 'host: config.DB_HOST,',
        put: `host: config.DB_HOST, port: ${database}, logging: false,`,
      },
      // Its roles are to be put in by hand, once.
      {
        file: 'server.js',
        find: '  .sync()\n',
        put: "  .sync()\n  .then(() => require('./app/models').Role.findOrCreate({ where: { role_name: 'user' } }))\n  .then(() => console.log('ready'))\n",
      },
    ],
    environment: ({ application }) => ({ PORT: String(application) }),
    start: ['node', 'server.js'],
    ready: 'ready\n',
    register: ({ name, email, password }) => ({
      method: 'POST',
      path: '/api/auth/signup',
      body: { username: name, email, password },
    }),
    login: ({ email, password }) => ({ method: 'POST', path: '/api/auth/login', body: { email, password } }),
    token: field('access_token'),
    attach: bearer,
    guarded: { method: 'GET', path: '/api/verify/user-access' },
    forbidden: { method: 'GET', path: '/api/verify/admin-access' },
    // Its refresh token is in a cookie.
    refresh: () => ({ method: 'GET', path: '/api/auth/refresh' }),
    refreshed: field('access_token'),
    logout: () => ({ method: 'GET', path: '/api/auth/logout' }),
  },
  'node-express-realworld-example-app': {
    folder: '',
    // Its database engine is downloaded when it is installed: what its users need of it is put in its place.
    database: 'none',
    files: () => ({
      'src/prisma/prisma-client.ts': `import { readFileSync, writeFileSync } from 'node:fs';
const path = 'users.json';
const read = (): any[] => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
};
const found = (where: any) =>
  read().find((user) => Object.entries(where).every(([name, value]) => user[name] === value)) ?? null;
const prisma: any = {
  user: {
    findUnique: async ({ where }: any) => found(where),
    create: async ({ data }: any) => {
      const user = { id: read().length + 1, bio: null, image: null, ...data };
      writeFileSync(path, JSON.stringify([...read(), user]));
      return user;
    },
    update: async ({ where, data }: any) => {
      const changed = { ...found(where), ...data };
      writeFileSync(path, JSON.stringify(read().map((user) => (user.id === where.id ? changed : user))));
      return changed;
    },
  },
};
export default prisma;
`,
    }),
    environment: ({ application }) => ({ PORT: String(application) }),
    start: ['npx', 'ts-node', '--transpile-only', '-P', 'tsconfig.app.json', 'src/main.ts'],
    register: ({ name, email, password }) => ({
      method: 'POST',
      path: '/api/users',
      body: { user: { username: name, email, password } },
    }),
    login: ({ email, password }) => ({
      method: 'POST',
      path: '/api/users/login',
      body: { user: { email, password } },
    }),
    token: field('user', 'token'),
    attach: (token) => ({ Authorization: `Token ${token}` }),
    guarded: { method: 'GET', path: '/api/user' },
    // It signs anew with every answer about the user.
    refresh: () => ({ method: 'PUT', path: '/api/user', body: { user: { bio: 'glad to be here' } } }),
    refreshed: field('user', 'token'),
    types: ['npx', 'tsc', '--noEmit', '-p', 'tsconfig.app.json'],
    tests: ['npx', 'jest'],
  },
};
