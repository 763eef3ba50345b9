/** The page of a played scenario: a message-sequence diagram that can be stepped through. */

import { renderPage } from './html.ts';
import type { PlayedScenario } from './scenario-types.ts';

/** The whole page. Everything in the scenario reaches the page as text only. */
export const renderScenario = (played: PlayedScenario): string =>
  renderPage({
    viewer: { script: 'scenario/main.ts', style: 'scenario/style.css' },
    title: played.title,
    heading: played.title,
    sentence: played.about,
    elsewhere: 'the words that dissent scenario prints, and not',
    data: new TextEncoder().encode(JSON.stringify(played)),
  });
