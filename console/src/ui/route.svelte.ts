// Where the reader is. Every page and everything open in it has an address, so that "back" works
// and a link can be sent to a colleague.
import { address, place, type Place } from './place';

export class Route {
  at = $state.raw<Place>(place(location.pathname));

  start(): () => void {
    const moved = () => (this.at = place(location.pathname));
    window.addEventListener('popstate', moved);
    return () => window.removeEventListener('popstate', moved);
  }

  /** A step that "back" takes back. */
  go(to: Place) {
    if (address(to) === location.pathname) return;
    history.pushState(null, '', address(to));
    this.at = to;
  }

  /** The same step under another address. */
  settle(to: Place) {
    if (address(to) === location.pathname) return;
    history.replaceState(null, '', address(to));
    this.at = to;
  }

  /** For links: a plain click stays in this page, any other is the browser's. */
  follow(event: MouseEvent) {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    this.go(place(link.pathname));
  }
}
