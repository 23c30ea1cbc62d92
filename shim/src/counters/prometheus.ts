import { requireFor } from '../optional-package.js';
import { allShops } from '../request/shops.js';

/** What is used of a registry of prom-client. */
export interface PrometheusRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  registerMetric(metric: object): void;
}

/**
 * The events of this process as the counter `jwt_to_session_events_total`, labelled by `type` and `reason`.
 * @param into a registry of yours, such as prom-client's `register`; without it one of its own
 * @returns the registry that has the counter
 * @throws when the package prom-client is not installed
 */
export function prometheusRegistry(into?: PrometheusRegistry): PrometheusRegistry {
  const load = requireFor('prom-client', 'prometheusRegistry');
  const { Counter, Registry }: typeof import('prom-client') = load('prom-client');
  const registry: PrometheusRegistry = into ?? new Registry();
  const events = new Counter({
    name: 'jwt_to_session_events_total',
    help: 'Legacy tokens exchanged, reused, redundant and refused, sessions started and ended',
    labelNames: ['type', 'reason'],
    registers: [],
    collect() {
      this.reset();
      for (const { counting } of allShops('prometheusRegistry')) {
        for (const [name, amount] of Object.entries(counting.totals())) {
          const [type = '', reason = ''] = name.split(':');
          this.inc({ type, reason }, amount);
        }
      }
    },
  });
  registry.registerMetric(events);
  return registry;
}
