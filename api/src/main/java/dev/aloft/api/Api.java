package dev.aloft.api;

/** What every generated service interface is: a model, and its operations behind one switch. */
public interface Api {
    ServiceModel model();

    Shape call(Operation operation, Caller caller, Shape input);
}
