import type { ClientRecipe } from '../client-recipe.js';
import { submitted } from '../form.js';

let goals = 0;

export const MERN_TUTORIAL: ClientRecipe = {
  folder: 'frontend',
  build: ['npm', 'run', 'build'],
  built: 'build',
  passedOn: ['/api'],
  pages: {
    gated: '/',
    guest: (page) => page.getByRole('link', { name: 'Register' }),
    async register(page, { name, email, password }) {
      const fields = { '#name': name, '#email': email, '#password': password, '#password2': password };
      await submitted(page, '/register', fields, 'Submit');
      await page.getByRole('button', { name: 'Logout' }).waitFor();
    },
    async logIn(page, { email, password }) {
      await submitted(page, '/login', { '#email': email, '#password': password }, 'Submit');
      await page.getByRole('button', { name: 'Logout' }).waitFor();
    },
    async logOut(page) {
      await page.getByRole('button', { name: 'Logout' }).click();
      await this.guest(page).waitFor();
    },
    async use(page) {
      goals++;
      await page.locator('#text').fill(`goal ${goals}`);
      await page.getByRole('button', { name: 'Add Goal' }).click();
      await page.getByRole('heading', { name: `goal ${goals}` }).waitFor();
    },
  },
};
