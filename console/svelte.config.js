export default {
  compilerOptions: {
    runes: true,
    // Built from DOM calls and never from HTML text, so that the page needs no exception from
    // `require-trusted-types-for 'script'`.
    fragments: 'tree',
  },
};
