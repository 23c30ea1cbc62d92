import type { ClientRecipe } from '../client-recipe.js';
import { submitted } from '../form.js';

let posts = 0;

export const DEVCONNECTOR: ClientRecipe = {
  folder: 'client',
  build: ['npm', 'run', 'build'],
  environment: () => ({ NODE_OPTIONS: '--openssl-legacy-provider' }),
  built: 'build',
  passedOn: ['/api'],
  pages: {
    gated: '/dashboard',
    guest: (page) => page.getByRole('link', { name: 'Login' }),
    async register(page, { name, email, password }) {
      const fields = {
        '[name=name]': name,
        '[name=email]': email,
        '[name=password]': password,
        '[name=password2]': password,
      };
      await submitted(page, '/register', fields, 'Register');
      await page.getByText('Logout').waitFor();
    },
    async logIn(page, { email, password }) {
      await submitted(page, '/login', { '[name=email]': email, '[name=password]': password }, 'Login');
      await page.getByText('Logout').waitFor();
    },
    async logOut(page) {
      await page.getByText('Logout').click();
      await this.guest(page).first().waitFor();
    },
    async use(page) {
      posts++;
      await page.getByRole('link', { name: 'Posts' }).click();
      await page.locator('[name=text]').fill(`post ${posts} is here`);
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByText('Post Created').first().waitFor();
      await page.getByRole('link', { name: 'Dashboard' }).click();
    },
  },
};
