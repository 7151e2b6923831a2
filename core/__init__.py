"""Trains and records; knows no terminal."""
