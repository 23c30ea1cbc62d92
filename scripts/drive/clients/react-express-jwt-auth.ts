import type { ClientRecipe } from '../client-recipe.js';
import { submitted } from '../form.js';

export const REACT_EXPRESS_JWT_AUTH: ClientRecipe = {
  folder: 'client',
  settings: ({ application }) => [
    { file: 'src/constants.js', find: 'http://localhost:8000', put: `http://localhost:${application}` },
  ],
  known: ({ pages }) => [
    { file: 'server.js', find: 'http://localhost:3000', put: `http://localhost:${pages}` },
  ],
  build: ['npm', 'run', 'build'],
  built: 'build',
  passedOn: [],
  pages: {
    gated: '/profile',
    guest: (page) => page.locator('nav').getByText('Log in'),
    // It goes back to where one came from.
    async register(page, { name, email, password }) {
      await page.goto('/');
      const fields = { '#username': name, '#email': email, '#password': password };
      await submitted(page, '/signup', fields, 'Submit');
      await page.getByText('Log out').waitFor();
      await page.goto('/profile');
    },
    async logIn(page, { email, password }) {
      await page.goto('/');
      await submitted(page, '/login', { '#email': email, '#password': password }, 'Submit');
      await page.getByText('Log out').waitFor();
      await page.goto('/profile');
    },
    async logOut(page) {
      await page.getByText('Log out').click();
      await this.guest(page).waitFor();
    },
    async use(page) {
      await page.locator('nav').getByText('Home').click();
      await page.locator('nav').getByText('Profile').click();
      await page.getByText('Data from the server:').waitFor();
    },
  },
};
