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
  'vue-express-jwt-socketio': {
    folder: '',
    database: 'mariadb',
    // Without what builds its pages and drives its tests, which no longer installs.
    files: () => ({
      'package.json': JSON.stringify({
        name: 'vue-express-jwt-socketio',
        private: true,
        dependencies: {
          async: '^2.5.0',
          axios: '^0.16.2',
          'express-jwt': '^5.3.0',
          'express-session': '^1.15.5',
          lodash: '^4.17.0',
          mysql2: '^1.3.6',
          sequelize: '^4.4.2',
          'socket.io': '^2.0.3',
          'socket.io-client': '^2.0.3',
          'svg-captcha': '^1.3.11',
          vue: '^2.7.0',
          'vue-bulma-pagination': '^1.2.0',
          'vue-router': '^2.6.0',
          vuelidate: '^0.5.0',
          vuex: '^2.3.1',
        },
        devDependencies: {
          '@vitejs/plugin-vue2': '^2.3.0',
          'babel-core': '^6.22.1',
          'babel-plugin-transform-runtime': '^6.22.0',
          'babel-preset-env': '^1.3.2',
          'babel-preset-es2015': '^6.24.1',
          'babel-preset-stage-2': '^6.22.0',
          'babel-register': '^6.22.0',
          'body-parser': '^1.17.2',
          express: '^4.14.1',
          jsonwebtoken: '^7.4.1',
          pug: '^3.0.0',
          vite: '^5.4.0',
        },
      }),
      // npm would ask the host that it names.
      'yarn.lock': '',
    }),
    settings: ({ application, database }) => [
      {
        file: 'server/db.js',
        find: "dialect: 'mysql',",
        put: `dialect: 'mysql', host: '127.0.0.1', port: ${database},`,
      },
      { file: 'config/index.js', find: "database: 'vue_express_test'", put: "database: 'testdb'" },
      { file: 'config/index.js', find: "username: 'test'", put: "username: 'root'" },
      { file: 'config/index.js', find: "password: 'test'", put: "password: ''" },
      { file: 'config/index.js', find: 'port: 9080', put: `port: ${application}` },
      // Node has it no longer.
      { file: 'server/models/user.js', find: "'DSA'", put: "'sha1'" },
      { file: 'server/test.js', find: './development', put: './production' },
      { file: '.babelrc', find: '["istanbul"]', put: '[]' },
    ],
    environment: () => ({ NODE_ENV: 'test' }),
    start: ['node', 'server/main-loader.js'],
    ready: 'SHOW INDEX',
    login: ({ email, password }) => ({
      method: 'POST',
      path: '/login',
      body: { email, password, captcha: 'wang' },
    }),
    token: field('token'),
    guarded: { method: 'GET', path: '/session' },
  },
};
