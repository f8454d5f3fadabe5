/** Which page the address asks for; each is loaded alone. */
if (location.pathname === '/two-devices') await import('./two-devices/main.tsx');
else await import('./main.tsx');

export {};
