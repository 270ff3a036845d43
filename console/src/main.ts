import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { speaker } from './i18n/i18n.svelte';
import { theme } from './ui/theme.svelte';

speaker.start();
theme.start();

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target });
