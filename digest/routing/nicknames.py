"""What people call metropolitan areas and other places beside their names; a table, no rule that uses it."""

from __future__ import annotations

NICKNAMES = {
    "Philly": "Philadelphia, PA", "Phila": "Philadelphia, PA", "White House": "Washington, DC",
    "Capitol Hill": "Washington, DC", "Twin Cities": "Minneapolis, MN", "NoVA": "Arlington, VA",
    "Northern Virginia": "Arlington, VA", "The Triangle": "Raleigh, NC", "Research Triangle": "Durham, NC",
    "Bay Area": "San Francisco, CA", "Silicon Valley": "San Jose, CA", "East Bay": "Oakland, CA",
    "Inland Empire": "Riverside, CA", "Orange County": "Anaheim, CA", "SoCal": "Los Angeles, CA",
    "Southland": "Los Angeles, CA", "Hollywood": "Los Angeles, CA", "Wine Country": "Santa Rosa, CA",
    "Chicagoland": "Chicago, IL", "Windy City": "Chicago, IL", "Big Apple": "New York City, NY",
    "NYC": "New York City, NY", "Long Island": "Hempstead, NY", "Hudson Valley": "Poughkeepsie, NY",
    "Staten Island": "New York City, NY", "Harlem": "New York City, NY", "Big Easy": "New Orleans, LA",
    "NOLA": "New Orleans, LA", "Motor City": "Detroit, MI", "Metro Detroit": "Detroit, MI",
    "Beantown": "Boston, MA", "Cape Cod": "Barnstable, MA", "Sin City": "Las Vegas, NV", "Vegas": "Las Vegas, NV",
    "Music City": "Nashville, TN", "Mile High City": "Denver, CO", "Front Range": "Denver, CO",
    "Valley of the Sun": "Phoenix, AZ", "Emerald City": "Seattle, WA", "Puget Sound": "Seattle, WA",
    "Rose City": "Portland, OR", "Rip City": "Portland, OR", "Steel City": "Pittsburgh, PA",
    "Lehigh Valley": "Allentown, PA", "Delaware Valley": "Philadelphia, PA", "South Jersey": "Camden, NJ",
    "Jersey Shore": "Toms River, NJ", "North Jersey": "Newark, NJ", "Metroplex": "Dallas, TX", "DFW": "Dallas, TX",
    "D-FW": "Dallas, TX", "Space City": "Houston, TX", "Alamo City": "San Antonio, TX",
    "Rio Grande Valley": "McAllen, TX", "Hill Country": "Fredericksburg, TX", "Tampa Bay": "Tampa, FL",
    "South Florida": "Miami, FL", "South Beach": "Miami Beach, FL", "Space Coast": "Melbourne, FL",
    "Treasure Coast": "Port Saint Lucie, FL", "Gold Coast": "Fort Lauderdale, FL", "Hampton Roads": "Norfolk, VA",
    "Tidewater": "Norfolk, VA", "Queen City": "Charlotte, NC", "Charm City": "Baltimore, MD",
    "Mid-South": "Memphis, TN", "Quad Cities": "Davenport, IA", "Siouxland": "Sioux City, IA",
    "Northwest Arkansas": "Fayetteville, AR", "Wasatch Front": "Salt Lake City, UT", "Treasure Valley": "Boise, ID",
    "Circle City": "Indianapolis, IN", "Beltway": "Washington, DC", "Metro East": "Belleville, IL",
    "Upstate": "Greenville, SC", "Lowcountry": "Charleston, SC", "Indy": "Indianapolis, IN",
    "St. Pete": "St. Petersburg, FL",
    "Minn-St. Paul": "Minneapolis, MN", "L.A.": "Los Angeles, CA",
    "Iron Range": "Hibbing, MN", "Mahoning Valley": "Youngstown, OH", "Miami Valley": "Dayton, OH",
    "Tri-State Area": "Cincinnati, OH", "LA": "Los Angeles, CA",
}  # fmt: skip
"""What people call a metropolitan area, and its main place; ambiguous ones (Queen City) stand for the largest."""
