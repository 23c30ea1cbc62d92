import { describe, expect } from 'vitest';
import type { Versions } from '../apps/versions.js';
import { describeWith } from '../services/needed.js';
import { addNote, logOut, openedAs, register, titles } from './pages.js';
import { test } from './visit.js';

const CASES: readonly { client: string; server: keyof Versions; bundle: keyof Versions }[] = [
  { client: 'the new client', server: 'whole', bundle: 'whole' },
  { client: 'the old client', server: 'served', bundle: 'original' },
];

describeWith(['chromium', 'redis-server'], 'rolling the server step back to install', () => {
  describe.each(CASES)('under $client', ({ server, bundle }) => {
    test('keeps sessions that were started since, and so does going forward again', async ({
      versions,
      site,
      page,
    }) => {
      await site.deploy(versions[server], versions[bundle]);
      await register(page, site.origin, 'Ada');
      await addNote(page, 'Before');
      await site.deploy(versions.installed, versions[bundle]);
      expect(await openedAs(page, site.origin)).toBe('Ada');
      await addNote(page, 'After');
      await site.deploy(versions[server], versions[bundle]);
      expect(await openedAs(page, site.origin)).toBe('Ada');
      expect(await titles(page)).toEqual(['After', 'Before']);
      await logOut(page);
      expect(await openedAs(page, site.origin)).toBeNull();
    });
  });
});
