/**
 * The command line. It knows the platform through the generated interfaces alone and talks to it over signed HTTP, as
 * any SDK does; only starting and stopping the platform's process is its own.
 */
package dev.aloft.cli;
