/** The built product from outside, through AWS's own SDK. */
package dev.aloft.contract;
