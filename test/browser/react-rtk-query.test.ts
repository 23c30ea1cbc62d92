import { journeys } from './journeys.js';

journeys('react-rtk-query');
