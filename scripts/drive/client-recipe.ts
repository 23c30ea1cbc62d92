import type { Locator, Page } from 'playwright-core';
import type { Person, Ports, Prepared } from './recipe.js';

/** What a visitor does with an application, on its pages. */
export interface Pages {
  /** A page for those who are logged in; it, or what is around it, shows the user's name. */
  readonly gated: string;
  /** What only guests see. */
  guest(page: Page): Locator;
  /** Registers somebody and logs him in. */
  register(page: Page, person: Person): Promise<void>;
  logIn(page: Page, person: Person): Promise<void>;
  logOut(page: Page): Promise<void>;
  /** Does, on the page for users, what the server answers to users only, and waits until it shows. */
  use(page: Page): Promise<void>;
}

/** Its pages are on a port of this machine too. */
export interface ClientPorts extends Ports {
  readonly pages: number;
}

/** How a public client is built, and used in a browser with its server. */
export interface ClientRecipe extends Prepared<ClientPorts> {
  /** The repository of its server where that is another one; its checkout lies beside this one's. */
  readonly server?: string;
  /** What its server is told about where its pages are. */
  readonly known?: Prepared<ClientPorts>['settings'];
  readonly build: readonly string[];
  readonly environment?: (ports: ClientPorts) => Readonly<Record<string, string>>;
  /** Where what it builds comes to, below its folder. */
  readonly built: string;
  /** Beginnings of paths that its pages ask for where they are, and that are passed on to the server. */
  readonly passedOn: readonly string[];
  /** The command that checks it: what it complains of before and after is compared, as what the build says. */
  readonly lint?: readonly string[];
  /** Why it goes on showing a user whose session the server has ended, where it does. */
  readonly unaware?: string;
  readonly pages: Pages;
}
