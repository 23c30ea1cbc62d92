import { journeys } from './journeys.js';

journeys('react-cookie', { cookie: true });
