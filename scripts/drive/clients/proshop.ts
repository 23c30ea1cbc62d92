import type { ClientRecipe } from '../client-recipe.js';
import { submitted } from '../form.js';

export const PROSHOP: ClientRecipe = {
  folder: 'frontend',
  build: ['npm', 'run', 'build'],
  environment: () => ({ NODE_OPTIONS: '--openssl-legacy-provider' }),
  built: 'build',
  passedOn: ['/api', '/uploads'],
  unaware: 'its server words it differently where nothing came, and it looks out for the words',
  pages: {
    gated: '/profile',
    guest: (page) => page.locator('nav').getByText('Sign In'),
    async register(page, { name, email, password }) {
      const fields = { '#name': name, '#email': email, '#password': password, '#confirmPassword': password };
      await submitted(page, '/register', fields, 'Register');
      await page.locator('#username').waitFor();
    },
    async logIn(page, { email, password }) {
      await submitted(page, '/login', { '#email': email, '#password': password }, 'Sign In');
      await page.locator('#username').waitFor();
    },
    async logOut(page) {
      await page.locator('#username').click();
      await page.getByText('Logout').click();
      await this.guest(page).waitFor();
    },
    async use(page) {
      await page.locator('#username').click();
      await page.getByText('Profile', { exact: true }).click();
      await page.locator('#email').waitFor();
      await page.waitForLoadState('networkidle');
      const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
      await page.getByRole('button', { name: 'Update' }).click();
      if (!(await saved).ok()) throw new Error(`it answers ${(await saved).status()}`);
      await page.locator('table').waitFor();
    },
  },
};
