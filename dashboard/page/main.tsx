import { render } from 'preact';
import { App } from './app.tsx';
import { startTheme } from './parts/theme.ts';

startTheme();
const place = document.getElementById('app');
if (place) render(<App />, place);
