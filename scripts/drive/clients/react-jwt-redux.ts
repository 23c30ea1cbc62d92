import type { ClientRecipe } from '../client-recipe.js';
import { submitted } from '../form.js';

let posts = 0;

export const REACT_JWT_REDUX: ClientRecipe = {
  folder: '',
  server: 'Express-JWT-API',
  settings: ({ application }) =>
    ['auth', 'posts', 'users'].map((name) => ({
      file: `src/services/${name}.js`,
      find: 'https://expressapi.ryanknights.co.uk',
      put: `http://localhost:${application}`,
    })),
  build: ['npm', 'run', 'build'],
  environment: () => ({ NODE_OPTIONS: '--openssl-legacy-provider', SKIP_PREFLIGHT_CHECK: 'true' }),
  built: 'build',
  passedOn: [],
  lint: ['npx', 'eslint', '--ext', '.js', 'src'],
  pages: {
    gated: '/',
    guest: (page) => page.getByRole('link', { name: 'Register' }),
    async register(page, { name, email, password }) {
      const fields = { '#username': name, '#email': email, '#password': password };
      await submitted(page, '/register', fields, 'Register');
      await page.getByText('(Logout)').waitFor();
    },
    async logIn(page, { name, password }) {
      await submitted(page, '/login', { '#username': name, '#password': password }, 'Login');
      await page.getByText('(Logout)').waitFor();
    },
    async logOut(page) {
      await page.getByText('(Logout)').click();
      await this.guest(page).waitFor();
    },
    async use(page) {
      posts++;
      await page.getByRole('link', { name: 'Posts' }).click();
      await page.locator('#title').fill(`post ${posts}`);
      await page.locator('#content').fill('text');
      await page.getByRole('button', { name: 'Add Post' }).click();
      await page.getByRole('cell', { name: `post ${posts}`, exact: true }).waitFor();
    },
  },
};
