import type { ClientRecipe } from '../client-recipe.js';
import { submitted } from '../form.js';

/** Clients of one server, with the same pages. */
const COMMON: ClientRecipe = {
  folder: '',
  server: 'node-js-jwt-auth',
  settings: ({ application }) =>
    ['auth', 'user'].map((name) => ({
      file: `src/services/${name}.service.js`,
      find: 'http://localhost:8080',
      put: `http://localhost:${application}`,
    })),
  known: ({ pages }) => [
    { file: 'server.js', find: 'http://localhost:8081', put: `http://localhost:${pages}` },
  ],
  build: ['npm', 'run', 'build'],
  built: 'build',
  passedOn: [],
  unaware: 'its server answers 403 where nothing came, and it looks out for 401',
  pages: {
    gated: '/profile',
    guest: (page) => page.getByRole('link', { name: 'Sign Up' }),
    async register(page, person) {
      const { name, email, password } = person;
      const fields = { '[name=username]': name, '[name=email]': email, '[name=password]': password };
      await submitted(page, '/register', fields, 'Sign Up');
      await page.getByText('registered successfully').waitFor();
      await this.logIn(page, person);
    },
    async logIn(page, { name, password }) {
      await submitted(page, '/login', { '[name=username]': name, '[name=password]': password }, 'Login');
      await page.getByText('LogOut').waitFor();
      // It may load itself anew.
      await page.waitForLoadState('networkidle');
    },
    async logOut(page) {
      await page.getByText('LogOut').click();
      await this.guest(page).waitFor();
    },
    async use(page) {
      await page.getByRole('link', { name: 'User', exact: true }).click();
      await page.getByText('User Content.').waitFor();
    },
  },
};

export const REACT_JWT_AUTH = COMMON;

export const VUE_3_AUTHENTICATION_JWT: ClientRecipe = {
  ...COMMON,
  environment: () => ({ NODE_OPTIONS: '--openssl-legacy-provider' }),
  built: 'dist',
  settings: (ports) => [
    ...(COMMON.settings?.(ports) ?? []),
    // Its header is another server's until it is told so.
    {
      file: 'src/services/auth-header.js',
      find: "return { Authorization: 'Bearer ' + user.accessToken };",
      put: "return { 'x-access-token': user.accessToken };",
    },
  ],
  lint: ['npx', 'vue-cli-service', 'lint', '--no-fix'],
};
